package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Reply;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A change, what it does to deliveries, its event and its remembered answer are one record: between two of them a process may die, and the
 * repeated call would find its change done and its key free.
 */
@Timeout(60)
final class OneRecordTest {
    private static final int EVENTS = 3;
    private static final int MANY = 450;

    private final AgingStore store = AgingStore.inMemory();
    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private final String endpoint = "/v1/webhook-endpoints/" + store.endpoint();

    @AfterEach
    void close() {
        mayAnswer.countDown();
        store.close();
    }

    @Test
    void deleteEndpoint_withOpenDeliveries() {
        store.answerWith(number -> 500);
        publish(EVENTS);
        store.pass(Duration.ZERO);

        assertThat(records(() -> store.keyed("k", "DELETE", endpoint, "{}"))).isOne();

        assertThat(store.keyed("k", "DELETE", endpoint, "{}").header("Idempotent-Replayed"))
                .isEqualTo("true");
    }

    @Test
    void deleteEndpoint_withManyOpenDeliveries_dropsAll() {
        store.answerWith(number -> 500);
        publish(MANY);
        String delivery = AgingStore.id(store.call("GET", endpoint + "/deliveries"));

        assertThat(records(() -> store.keyed("k", "DELETE", endpoint, "{}"))).isOne();

        store.pass(Duration.ZERO);
        assertThat(store.text("/v1/deliveries/" + delivery)).contains("\"status\":\"dropped\"");
        assertThat(store.text("/metrics")).contains("plinth_deliveries{status=\"pending\"} 0");
    }

    @Test
    void enableEndpoint_releasesWhatItHeld() {
        disable();
        publish(EVENTS);
        store.answerWith(number -> whenLet());

        assertThat(records(() -> store.keyed("k", "PATCH", endpoint, "{\"status\":\"enabled\"}")))
                .isOne();

        mayAnswer.countDown();
        store.pass(Duration.ZERO);
        assertDelivered(EVENTS + 2); // with the two that tell of the endpoint's own changes
    }

    @Test
    void enableEndpoint_thatHeldMany_releasesAll() {
        disable();
        publish(MANY);
        store.answerWith(number -> whenLet());

        assertThat(records(() -> store.keyed("k", "PATCH", endpoint, "{\"status\":\"enabled\"}")))
                .isOne();

        mayAnswer.countDown();
        store.pass(Duration.ZERO);
        assertDelivered(MANY + 2);
    }

    @Test
    void resumeWorkspace_releasesWhatItHeld() {
        String own = store.newWorkspace("held");
        String operator = store.adminToken();
        store.use(store.newKey(own));
        String second = "/v1/webhook-endpoints/" + store.endpoint();
        String third = "/v1/webhook-endpoints/" + store.endpoint();
        store.answerWith(number -> 500);
        publish(EVENTS);
        store.pass(Duration.ZERO);
        String key = store.key();
        store.use(operator);
        store.call("PATCH", "/admin/v1/workspaces/" + own, "{\"status\":\"suspended\"}");
        store.days(1);
        store.answerWith(number -> whenLet());

        long records =
                records(() -> store.keyed("k", "PATCH", "/admin/v1/workspaces/" + own, "{\"status\":\"active\"}"));

        assertThat(records).isOne();
        mayAnswer.countDown();
        store.pass(Duration.ZERO);
        store.use(key);
        for (String each : new String[] {second, third}) {
            assertThat(store.text(each + "/deliveries?limit=100")).doesNotContain("\"status\":\"held\"");
        }
    }

    private int whenLet() {
        try {
            mayAnswer.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("Expected to be let go on, but the wait was interrupted", e);
        }
        return 200;
    }

    private void disable() {
        assertThat(store.call("PATCH", endpoint, "{\"status\":\"disabled\"}").status())
                .isEqualTo(200);
    }

    private void publish(int events) {
        for (int i = 0; i < events; i++) {
            store.make("/v1/events", "{\"type\":\"payment.processed\",\"data\":{}}");
        }
    }

    /** Records that a call made. */
    private long records(Supplier<Reply> call) {
        long before = store.engine().store().journalFigures().appended();
        Reply reply = call.get();
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return store.engine().store().journalFigures().appended() - before;
    }

    private void assertDelivered(int deliveries) {
        assertThat(store.text("/metrics"))
                .contains(
                        "plinth_deliveries{status=\"delivered\"} " + deliveries,
                        "plinth_deliveries{status=\"held\"} 0");
    }
}
