package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Reply;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A change, its event, its remembered answer and what it leaves to the sweep are one record: between two of them a process may die, and the
 * repeated call would find its change done and its key free.
 */
@Timeout(60)
final class OneRecordTest {
    private static final int EVENTS = 3;
    private static final int MANY = 450;

    private final TestEngine store = TestEngine.inMemory();
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

        assertThat(tables("webhook endpoints", () -> store.keyed("k", "DELETE", endpoint, "{}")))
                .containsExactlyInAnyOrder(
                        "webhook endpoints", "deleted endpoints", "endpoint remains", "events", "remembered");

        assertThat(store.keyed("k", "DELETE", endpoint, "{}").header("Idempotent-Replayed"))
                .isEqualTo("true");
    }

    @Test
    void deleteEndpoint_withManyOpenDeliveries_dropsAll() {
        store.answerWith(number -> 500);
        publish(MANY);
        String delivery = TestEngine.id(store.call("GET", endpoint + "/deliveries"));

        store.keyed("k", "DELETE", endpoint, "{}");

        store.pass(Duration.ZERO);
        assertThat(store.text("/v1/deliveries/" + delivery)).contains("\"status\":\"dropped\"");
        assertThat(store.text("/metrics")).contains("plinth_deliveries{status=\"pending\"} 0");
    }

    @Test
    void enableEndpoint_releasesWhatItHeld() {
        disable();
        publish(EVENTS);
        store.answerWith(number -> whenLet());

        assertThat(tables("webhook endpoints", () -> store.keyed("k", "PATCH", endpoint, "{\"status\":\"enabled\"}")))
                .containsExactlyInAnyOrder("webhook endpoints", "releases", "events", "deliveries", "remembered");

        mayAnswer.countDown();
        store.pass(Duration.ZERO);
        assertDelivered(EVENTS + 2); // with the two that tell of the endpoint's own changes
    }

    @Test
    void enableEndpoint_thatHeldMany_releasesAll() {
        disable();
        publish(MANY);

        store.keyed("k", "PATCH", endpoint, "{\"status\":\"enabled\"}");

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

        assertThat(tables(
                        "workspaces",
                        () -> store.keyed("k", "PATCH", "/admin/v1/workspaces/" + own, "{\"status\":\"active\"}")))
                .containsExactlyInAnyOrder("workspaces", "releases", "remembered");
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

    /** The tables of which a call writes rows together with one of a table. */
    private Set<String> tables(String with, Supplier<Reply> call) {
        Set<String> tables = new TreeSet<>();
        store.engine().store().onCommitted((sequence, writes) -> {
            Set<String> written = new TreeSet<>();
            writes.forEach(write -> written.add(write.table().name()));
            if (written.contains(with)) {
                tables.addAll(written);
            }
        });
        Reply reply = call.get();
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return tables;
    }

    private void assertDelivered(int deliveries) {
        assertThat(store.text("/metrics"))
                .contains(
                        "plinth_deliveries{status=\"delivered\"} " + deliveries,
                        "plinth_deliveries{status=\"held\"} 0");
    }
}
