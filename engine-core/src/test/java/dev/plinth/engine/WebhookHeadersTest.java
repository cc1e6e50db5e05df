package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The headers that a caller adds to what an endpoint is sent: what is taken arrives as it was given, anything else is refused. */
@Timeout(60)
final class WebhookHeadersTest {
    private final TestEngine store = TestEngine.inMemory();
    private final String endpoint = "/v1/webhook-endpoints/" + store.endpoint();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void headers_twoNamesThatDifferInCaseOnly_areRefusedAtTheSecond() {
        assertRefused(
                "{\"X-Tenant\":\"a\",\"x-other\":\"b\",\"x-tenant\":\"c\"}", "/headers/x-tenant", "invalid_value");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x key", "x:key", "x\u00e9", "x-\u212aey", "content-(type)", "x(1)"})
    void headers_nameThatIsNoToken_isOfAWrongFormat(String name) {
        assertRefused("{\"" + name + "\":\"a\"}", "/headers/" + name, "invalid_format");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host", "Content-Type", "webhook-id"})
    void headers_nameOfTheEngines_isForbidden(String name) {
        assertRefused("{\"" + name + "\":\"a\"}", "/headers/" + name, "forbidden_header");
    }

    @ParameterizedTest
    @ValueSource(strings = {" a", "a ", "\\ta", "a\\t", " ", "a\\u0000b", "\u00e9"})
    void headers_valueThatWouldNotArriveAsItIs_isOfAWrongFormat(String value) {
        assertRefused("{\"x-key\":\"" + value + "\"}", "/headers/x-key", "invalid_format");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a b", "!~"})
    void headers_valueWithBlanksInside_arrivesAsItIs(String value) {
        String body = "{\"headers\":{\"X-Key\":\"" + value + "\"}}";

        assertThat(store.call("PATCH", endpoint, body).status()).isEqualTo(200);

        assertThat(store.call("POST", endpoint + "/test").text()).contains("\"delivered\":true");
        assertThat(store.lastHeader("X-Key")).isEqualTo(value);
    }

    @Test
    void headers_ofAnEndpoint_areNotShownInEvents() {
        store.call("PATCH", endpoint, "{\"headers\":{\"Authorization\":\"Bearer of-the-receiver\"}}");
        store.call("POST", endpoint + "/secret/rotate", "{}");
        store.call("PATCH", endpoint, "{\"status\":\"disabled\"}");
        store.make(
                "/v1/webhook-endpoints",
                "{\"url\":\"https://example.com/\",\"headers\":{\"x-key\":\"Bearer of-the-receiver\"}}");

        assertThat(store.text("/v1/events"))
                .contains("\"headers\":{\"Authorization\":\"***\"}", "\"headers\":{\"x-key\":\"***\"}")
                .doesNotContain("of-the-receiver");
        assertThat(store.text(endpoint)).contains("Bearer of-the-receiver");
    }

    /** They are what opens the receiver's door. */
    @Test
    void headers_keyThatMayNotWriteEndpoints_seesTheirNamesOnly() {
        store.call("PATCH", endpoint, "{\"headers\":{\"Authorization\":\"Bearer of-the-receiver\"}}");
        store.use(
                String.valueOf(Json.of(store.call("POST", "/v1/keys", "{\"name\":\"k\",\"scopes\":[\"webhooks:read\"]}")
                                .text())
                        .asMap()
                        .get("secret")));

        for (String path : List.of(endpoint, "/v1/webhook-endpoints")) {
            assertThat(store.text(path))
                    .contains("\"headers\":{\"Authorization\":\"***\"}")
                    .doesNotContain("of-the-receiver");
        }
    }

    private void assertRefused(String headers, String place, String code) {
        String change = "{\"headers\":" + headers + "}";
        String creation = "{\"url\":\"https://hooks.example/\"," + change.substring(1);
        for (Reply reply :
                List.of(store.call("PATCH", endpoint, change), store.call("POST", "/v1/webhook-endpoints", creation))) {
            assertThat(reply.status()).as(reply.text()).isEqualTo(422);
            assertThat(reply.text())
                    .contains("\"errors\":[{\"pointer\":\"" + place + "\",\"code\":\"" + code + "\"")
                    .doesNotContain("},{");
        }
    }
}
