package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Reply;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many webhooks a second an endpoint and a host get, on a clock that is turned. */
final class WebhookRateTest {
    private static final int EVENTS = 10;

    @Test
    void deliveries_endpointThatTakesThreeASecond_getNoMore() {
        try (TestEngine store = TestEngine.inMemory()) {
            String endpoint = store.endpoint();
            Reply changed = store.call("PATCH", "/v1/webhook-endpoints/" + endpoint, "{\"maxPerSecond\":3}");
            assertThat(changed.text()).contains("\"maxPerSecond\":3");
            store.pass(Duration.ofMinutes(1));
            int before = store.received();
            publish(store);

            store.pass(Duration.ZERO);
            assertThat(store.received() - before).isEqualTo(3);
            store.pass(Duration.ofSeconds(1));
            assertThat(store.received() - before).isEqualTo(6);
            store.pass(Duration.ofMinutes(1));
            assertThat(store.received() - before).isEqualTo(EVENTS);
        }
    }

    @Test
    void deliveries_hostWithARateOfItsOwn_getNoMoreOverAllEndpoints() {
        try (TestEngine store = TestEngine.open(builder -> builder.webhookHostRate("127.0.0.1", 4))) {
            for (int i = 0; i < 3; i++) {
                String unused = store.endpoint();
            }
            store.pass(Duration.ofMinutes(1));
            int before = store.received();
            publish(store);

            store.pass(Duration.ZERO);
            assertThat(store.received() - before).isEqualTo(4);
            store.pass(Duration.ofMinutes(1));
            assertThat(store.received() - before).isEqualTo(3 * EVENTS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "10001", "1.5", "\"3\""})
    void create_rateOutOfRange_isRefused(String rate) {
        try (TestEngine store = TestEngine.inMemory()) {
            Reply refused = store.call(
                    "POST",
                    "/v1/webhook-endpoints",
                    "{\"url\":\"https://example.com/\",\"maxPerSecond\":" + rate + "}");

            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.text()).contains("/maxPerSecond");
        }
    }

    @Test
    void get_endpointThatSaysNoRate_showsNone() {
        try (TestEngine store = TestEngine.inMemory()) {
            assertThat(store.text("/v1/webhook-endpoints/" + store.endpoint())).doesNotContain("maxPerSecond");
        }
    }

    private static void publish(TestEngine store) {
        for (int i = 0; i < EVENTS; i++) {
            String unused = store.make("/v1/events", "{\"type\":\"payment.processed\",\"data\":{}}");
        }
    }
}
