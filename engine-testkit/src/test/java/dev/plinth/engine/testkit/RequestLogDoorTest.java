package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The request log through both doors: a request is there once its answer has arrived, and looks the same. */
final class RequestLogDoorTest {
    private static final int ROUNDS = 50;

    @RegisterExtension
    static final PlinthExtension PLINTH =
            PlinthExtension.builder().plan("business").build();

    @Test
    void request_answeredOverHttp_isThereAtOnce(Engine engine, PlinthServer server) {
        Door http = Door.overHttp(server.uri());
        String key = Door.inProcess(engine).workspaceKey("business");
        for (int i = 0; i < ROUNDS; i++) {
            Reply made = http.send(Call.of("POST", "/v1/resources")
                    .withKey(key)
                    .withHeader("Idempotency-Key", "k" + i)
                    .withBody(Json.of("{\"name\":\"R\"}")));
            String path = "/v1/requests/" + Objects.requireNonNull(made.header("Request-Id"));

            Reply overHttp = http.get(key, path);
            Reply inProcess = Door.inProcess(engine).get(key, path);

            assertThat(overHttp.status()).isEqualTo(200);
            assertThat(overHttp.text()).isEqualTo(inProcess.text()).contains("\"idempotencyKey\":\"k" + i + "\"");
        }
    }
}
