package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.handler.JobContext;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A job that is canceled at about the moment at which it starts: either it never starts, or its handler is told. */
@Timeout(300)
@Tag("scaled")
final class CancelRaceTest {
    private static final int ROUNDS = TestScale.count(5_000);
    private static final int ROUNDS_OF_AN_ENGINE = 1_000; // their inputs fit the tables
    private static final long UNTOLD_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final Json BODY =
            Json.of("{\"type\":\"spin\",\"input\":{\"padding\":\"" + "x".repeat(200_000) + "\"}}");

    @Test
    void cancel_whileTheJobStarts_isNeverLost() {
        for (int round = 0; round < ROUNDS; round += ROUNDS_OF_AN_ENGINE) {
            try (Engine engine =
                    Engine.builder().jobHandler("spin", CancelRaceTest::spin).open()) {
                String workspace =
                        engine.admin().createWorkspace("w", "business").call().id();
                String key =
                        engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
                for (int i = round; i < Math.min(ROUNDS, round + ROUNDS_OF_AN_ENGINE); i++) {
                    startAndCancel(engine, key, i);
                }
            }
        }
    }

    private static @Nullable Json spin(JobContext job) {
        long deadline = System.nanoTime() + UNTOLD_NANOS;
        while (!job.isCancelRequested() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        return job.isCancelRequested() ? null : Json.of("{\"told\":false}");
    }

    private static void startAndCancel(Engine engine, String key, int round) {
        Reply started = engine.call(Call.of("POST", "/v1/jobs").withKey(key).withBody(BODY));
        assertThat(started.status()).as(started.text()).isEqualTo(202);
        String job = started.header("Location");
        for (int i = 0; i < round % 400; i++) {
            Thread.onSpinWait();
        }

        Reply canceled = engine.call(Call.of("POST", job + "/cancel").withKey(key));

        assertThat(canceled.status()).isIn(200, 202);
        assertThat(engine.call(Call.of("GET", job + "?wait=30").withKey(key)).text())
                .as("round %d", round)
                .contains("\"status\":\"canceled\"");
    }
}
