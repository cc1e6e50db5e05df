package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rules of webhooks that are replaced while deliveries go out. */
final class ReloadedWebhooksTest {
    private static final int EVENTS = 10;

    private final TestEngine store = TestEngine.inMemory();

    @AfterEach
    void close() {
        store.close();
    }

    private EngineBuilder settings() {
        return Engine.builder().testClock(store.clock);
    }

    private void publish() {
        for (int i = 0; i < EVENTS; i++) {
            String unused = store.make("/v1/events", "{\"type\":\"payment.processed\",\"data\":{}}");
        }
    }

    @Test
    void defaultRates_replacedByABuilderWithoutAClock_stayOff() {
        String unused = store.endpoint();
        store.engine().settings().replace(Engine.builder().webhookAllow("127.0.0.0/8"));
        for (int i = 0; i < 30; i++) {
            publish();
        }

        store.pass(Duration.ZERO);

        assertThat(store.received()).isGreaterThanOrEqualTo(300);
    }

    @Test
    void hostRate_replaced_holdsForTheNextDeliveries() {
        String endpoint = store.endpoint();
        publish();
        store.pass(Duration.ofMinutes(1));
        int before = store.received();

        store.engine().settings().replace(settings().webhookAllow("127.0.0.0/8").webhookHostRate("127.0.0.1", 4));
        publish();
        store.pass(Duration.ZERO);
        assertThat(store.received() - before).as(endpoint).isEqualTo(4);

        store.engine().settings().replace(settings().webhookAllow("127.0.0.0/8"));
        store.pass(Duration.ofSeconds(1));
        assertThat(store.received() - before).isEqualTo(EVENTS);
    }

    @Test
    void range_closed_isReachedNoMoreOverAKeptConnectionEither() {
        String endpoint = store.endpoint();
        publish();
        store.pass(Duration.ofMinutes(1));
        int before = store.received();
        assertThat(before).as(endpoint).isPositive();

        store.engine().settings().replace(settings());
        publish();
        store.pass(Duration.ZERO);
        assertThat(store.received()).isEqualTo(before);

        store.engine().settings().replace(settings().webhookAllow("127.0.0.0/8"));
        store.pass(Duration.ofHours(1));
        assertThat(store.received() - before).isEqualTo(EVENTS);
    }
}
