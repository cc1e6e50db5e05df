package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Knowledge of a caller from a row in flight goes with the row: then the durable row counts again. */
@Timeout(60)
final class UndoneCredentialTest {
    private final DeferredEngine late = DeferredEngine.open();
    private final ApiKey used =
            late.engine().admin().createKey(late.workspace(), "used").call();

    @AfterEach
    void close() {
        late.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"enabled\":false}", "{\"scopes\":[\"jobs:read\"]}", "{\"expiresAt\":\"2020-01-01T00:00:00Z\"}"
            })
    void key_changedInARecordThatIsUndone_isAsBefore(String change) {
        late.journal.hold();
        late.append("keys", "PATCH", "/v1/keys/" + used.id(), change);
        CompletableFuture<Reply> meanwhile = submitted();

        late.journal.unknown(late.journal.durable() + 1);

        assertThat(meanwhile.join().status()).isEqualTo(503);
        assertThat(look().status()).isEqualTo(200);
    }

    @Test
    void key_rotatedInARecordThatIsUndone_oldSecretIsValidAsBefore() {
        late.journal.hold();
        late.append("keys", "POST", "/v1/keys/" + used.id() + "/rotate", "{\"graceSeconds\":0}");
        CompletableFuture<Reply> meanwhile = submitted();

        late.journal.fenced(late.journal.durable() + 1);

        assertThat(meanwhile.join().status()).isEqualTo(503);
        assertThat(look().status()).isEqualTo(200);
    }

    @Test
    void workspace_suspendedInARecordThatIsUndone_isActiveAsBefore() {
        late.journal.hold();
        assertThat(late.engine().admin().suspend(late.workspace()).submit()).isNotDone();
        CompletableFuture<Reply> meanwhile = submitted();

        late.journal.unknown(late.journal.durable() + 1);

        assertThat(meanwhile.join().status()).isEqualTo(503);
        assertThat(look().status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"enabled\":false}", "{\"scopes\":[\"jobs:read\"]}"})
    void key_changedInARecordInFlight_isRefusedOnceThatIsDurable(String change) {
        late.journal.hold();
        late.append("keys", "PATCH", "/v1/keys/" + used.id(), change);
        CompletableFuture<Reply> meanwhile = submitted();

        late.journal.letGo();

        assertThat(meanwhile.join().status()).isEqualTo(403);
    }

    private Reply look() {
        return late.engine().call(asked());
    }

    /** Asks while a record is in flight, whose row the answer is made of. */
    private CompletableFuture<Reply> submitted() {
        CompletableFuture<Reply> reply = late.engine().submit(asked());
        assertThat(reply).isNotDone();
        return reply;
    }

    private Call asked() {
        return Call.of("GET", "/v1/resources").withKey(used.secret().orElseThrow());
    }
}
