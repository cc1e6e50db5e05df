package dev.plinth.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.settings.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests that code of the host that the engine runs is refused what would wait for that code. */
@Timeout(60)
final class HostCodeWaitsTest {
    private static final int SECONDS_MAX = 30;
    private static final String TYPE = "wait";

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    private final BlockingQueue<RuntimeException> refusals = new LinkedBlockingQueue<>();
    private volatile @Nullable Runnable attempt;
    private final Engine engine = Engine.builder()
            .clock(clock)
            .jobHandler(TYPE, job -> {
                tryOnce();
                return Json.EMPTY_OBJECT;
            })
            .operation(TYPE, operation -> {
                tryOnce();
                return OperationResult.of(Json.EMPTY_OBJECT);
            })
            .listener(TYPE, (context, event) -> {
                if (event.type().equals("a.b")) {
                    tryOnce();
                }
            })
            .open();
    private final String workspace =
            engine.admin().createWorkspace("acme", "business").call().id();
    private final String key =
            engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
    private final PlinthClient client = engine.client(key);

    /** A door through which the engine runs code of the host. */
    private enum Door {
        JOB,
        OPERATION,
        LISTENER,
        UNIT_OF_WORK,
        IDEMPOTENT_WORK,
        GUARDED_ROUTE
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @ParameterizedTest
    @EnumSource
    void close_inCodeThatTheEngineRuns_isRefusedAndTheEngineGoesOn(Door door) throws InterruptedException {
        assertThat(refusal(door, engine::close))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("close would wait")
                .hasMessageContaining("return from it first");

        assertThat(engine.role()).isEqualTo(NodeRole.LEADER);
        assertThat(client.resources().create("still").call().name()).isEqualTo("still");
    }

    @ParameterizedTest
    @EnumSource
    void advance_inCodeThatTheEngineRuns_isRefusedAndTheClockStandsStill(Door door) throws InterruptedException {
        Instant before = clock.now();

        assertThat(refusal(door, () -> clock.advance(Duration.ofDays(1))))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("advance would wait")
                .hasMessageContaining("return from it first");

        assertThat(clock.now()).isEqualTo(before);
    }

    @Test
    void advance_whileAJobTriesToAdvance_returnsWhenTheJobHasEnded() {
        attempt = () -> clock.advance(Duration.ofHours(1));
        String job = client.startJob(TYPE, Json.EMPTY_OBJECT).call().jobId();

        clock.advance(Duration.ofMinutes(1));

        assertThat(refusals).hasSize(1);
        assertThat(client.job(job).call().status()).isEqualTo(JobStatus.SUCCEEDED);
    }

    @Test
    void advanceAndClose_onceTheCodeHasReturned_areTakenOnTheSameThread() {
        engine.transact(workspace, unit -> engine.transact(workspace, inner -> true));

        clock.advance(Duration.ofMinutes(1));
        engine.close();

        assertThat(clock.now()).isEqualTo(Instant.parse("2026-01-01T00:01:00Z"));
    }

    @Test
    void advance_inCodeOfAnotherEngine_isTaken() throws InterruptedException {
        try (Engine other = Engine.inMemory()) {
            String its =
                    other.admin().createWorkspace("other", "starter").call().id();

            other.transact(its, unit -> {
                clock.advance(Duration.ofMinutes(1));
                return true;
            });
        }

        assertThat(clock.now()).isEqualTo(Instant.parse("2026-01-01T00:01:00Z"));
    }

    @Test
    void role_afterClose_isStopped() {
        engine.close();

        assertThat(engine.role()).isEqualTo(NodeRole.STOPPED);
        assertThat(engine.isWritable()).isTrue();
    }

    private RuntimeException refusal(Door door, Runnable call) throws InterruptedException {
        attempt = call;
        run(door);
        RuntimeException refused = refusals.poll(SECONDS_MAX, TimeUnit.SECONDS);
        assertThat(refused).isNotNull();
        return refused;
    }

    private void run(Door door) {
        switch (door) {
            case JOB -> client.startJob(TYPE, Json.EMPTY_OBJECT).call();
            case OPERATION -> {
                String resource = client.resources().create("r").call().id();
                Call operation = Call.of("POST", "/v1/resources/" + resource + "/operations/" + TYPE)
                        .withKey(key)
                        .withBody(Json.EMPTY_OBJECT);
                assertThat(engine.call(operation).status()).isEqualTo(200);
            }
            case LISTENER -> client.publish("a.b", Json.EMPTY_OBJECT).call();
            case UNIT_OF_WORK ->
                engine.transact(workspace, unit -> {
                    tryOnce();
                    return true;
                });
            case IDEMPOTENT_WORK ->
                engine.idempotent(workspace, "k", "f", () -> {
                    tryOnce();
                    return Json.EMPTY_OBJECT;
                });
            case GUARDED_ROUTE -> {
                Guard guard = engine.guard().route("/desk").scope(Scope.RESOURCES_WRITE);
                guard.handle(Call.of("POST", "/desk").withKey(key).withBody("{}".getBytes(UTF_8)), request -> {
                    tryOnce();
                    return Reply.of(200, Map.of("Content-Type", "text/plain"), new byte[0]);
                });
            }
        }
    }

    private void tryOnce() {
        Runnable call = attempt;
        attempt = null;
        if (call != null) {
            try {
                call.run();
            } catch (RuntimeException refused) {
                refusals.add(refused);
            }
        }
    }
}
