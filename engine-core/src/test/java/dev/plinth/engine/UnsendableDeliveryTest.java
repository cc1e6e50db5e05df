package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.Seal;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.SetKinds;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.pipeline.Commits;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.webhook.Webhooks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A delivery of which not even the request can be made is tried again by its schedule, and not again and again. */
final class UnsendableDeliveryTest {
    @Test
    void attempt_secretThatCannotBeOpened_failsLikeAnyOther() {
        try (AgingStore store = AgingStore.inMemory()) {
            store.answerWith(number -> 500);
            String endpoint = store.endpoint();
            store.make("/v1/events", "{\"type\":\"payment.processed\",\"data\":{}}");
            store.pass(Duration.ZERO);
            String path = "/v1/webhook-endpoints/" + endpoint + "/deliveries";
            assertThat(store.text(path)).contains("\"status\":\"retrying\"").doesNotContain("\"number\":2");
            RandomIds ids = new RandomIds();
            Store rows = store.engine().store();
            List<Runnable> picked = new ArrayList<>();
            byte[] otherKey = new byte[32];
            try (Webhooks webhooks = new Webhooks(new Webhooks.Parts(
                    rows,
                    new Commits(rows, ids, new Seal(otherKey, ids)),
                    new Seal(otherKey, ids),
                    Events::json,
                    Access::isActive,
                    picked::add,
                    List.of("127.0.0.0/8"),
                    "test"))) {
                webhooks.start(rows.readToAnswer(UnsendableDeliveryTest::firstOpen));

                picked.forEach(Runnable::run);
            }

            assertThat(store.received())
                    .as("requests that reached the receiver")
                    .isOne();
            assertThat(store.text(path))
                    .contains("\"status\":\"retrying\"", "\"number\":2", "\"errorClass\":\"connection\"")
                    .contains("\"nextAttemptAt\":\"2026-01-01T00:05:");
        }
    }

    private static long firstOpen(Rows rows) {
        return rows.ceiling(SetKey.of(SetKinds.DELIVERIES_OPEN, 0), 0);
    }
}
