package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.Tables;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The largest resource that the contract allows is stored, remembered and told of, wherever rows live. */
final class LargestResourceTest {
    private static final int DATA_BYTES_MAX = 64 * 1024;
    private static final int METADATA_PAIRS_MAX = 50;
    private static final int NAME_LENGTH_MAX = 255;
    private static final int VALUE_LENGTH_MAX = 500;
    private static final String CONTROL = "\\u0001"; // the character that takes the most bytes in JSON

    @ParameterizedTest
    @EnumSource(Tables.class)
    void resource_asLargeAsItMayBe_isKeptWhole(Tables tables) {
        try (Engine engine = Engine.builder().tables(tables).maxResources(1_000).open()) {
            String workspace =
                    engine.admin().createWorkspace("acme", "business").call().id();
            String key =
                    engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
            String content = "\"data\":" + data() + ",\"metadata\":" + metadata();

            Reply created = send(engine, key, "POST", "/v1/resources", "{\"name\":\"a\"," + content + "}");
            String path = String.valueOf(created.header("Location"));
            Reply renamed = send(engine, key, "PATCH", path, "{\"name\":\"" + CONTROL.repeat(NAME_LENGTH_MAX) + "\"}");

            assertThat(created.status()).as(created.text()).isEqualTo(201);
            assertThat(renamed.status()).isEqualTo(200);
            assertThat(renamed.text()).contains(content, CONTROL.repeat(NAME_LENGTH_MAX));
            assertThat(engine.call(Call.of("GET", path).withKey(key)).text()).isEqualTo(renamed.text());
            assertThat(engine.call(Call.of("GET", "/v1/events?limit=1").withKey(key))
                            .text())
                    .contains(renamed.text());
            assertThat(send(engine, key, "POST", "/v1/resources", "{\"name\":\"a\"," + content + "}")
                            .text())
                    .isEqualTo(created.text());
        }
    }

    private static Reply send(Engine engine, String key, String method, String path, String body) {
        return engine.call(Call.of(method, path)
                .withKey(key)
                .withHeader("Idempotency-Key", method)
                .withBody(body.getBytes(StandardCharsets.UTF_8)));
    }

    private static String data() {
        return "{\"a\":\"" + "x".repeat(DATA_BYTES_MAX - 8) + "\"}";
    }

    private static String metadata() {
        StringBuilder pairs = new StringBuilder("{");
        for (int i = 0; i < METADATA_PAIRS_MAX; i++) {
            pairs.append(i == 0 ? "" : ",")
                    .append("\"")
                    .append(CONTROL.repeat(38))
                    .append(10 + i);
            pairs.append("\":\"").append(CONTROL.repeat(VALUE_LENGTH_MAX)).append("\"");
        }
        return pairs.append("}").toString();
    }
}
