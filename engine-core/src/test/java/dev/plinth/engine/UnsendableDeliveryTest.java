package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.pipeline.Commits;
import dev.plinth.engine.internal.webhook.Endpoints;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A delivery of which not even the request can be made is tried again by its schedule, and not again and again. */
final class UnsendableDeliveryTest {
    @Test
    void attempt_secretThatCannotBeOpened_failsLikeAnyOther() {
        try (TestEngine store = TestEngine.inMemory()) {
            String workspace = store.newWideWorkspace();
            store.use(store.newKey(workspace));
            String endpoint = store.endpoint();
            RandomIds ids = new RandomIds();
            SecretCipher otherKey = new SecretCipher(new byte[32], ids);
            Outcome rotated = new Commits(store.engine().store(), ids, otherKey)
                    .commit(
                            Caller.engineFor(Objects.requireNonNull(Id.parse(IdKind.WORKSPACE, workspace))),
                            Endpoints.rotate(Objects.requireNonNull(Id.parse(IdKind.ENDPOINT, endpoint)), 0));
            assertThat(rotated).isInstanceOf(Outcome.Done.class);

            store.make("/v1/events", "{\"type\":\"payment.processed\",\"data\":{}}");
            store.pass(Duration.ZERO);

            assertThat(store.received())
                    .as("requests that reached the receiver")
                    .isZero();
            assertThat(store.text("/v1/webhook-endpoints/" + endpoint + "/deliveries"))
                    .contains("\"status\":\"retrying\"", "\"number\":1", "\"errorClass\":\"connection\"")
                    .contains("\"nextAttemptAt\":\"2026-01-01T00:00:0")
                    .doesNotContain("\"number\":2");
        }
    }
}
