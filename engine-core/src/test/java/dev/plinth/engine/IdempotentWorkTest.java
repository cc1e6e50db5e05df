package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.settings.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The host's own work under an idempotency key: the rules of the wire (contract §5) for code that is no request. */
@Tag("scaled")
final class IdempotentWorkTest {
    private static final int ROUNDS = TestScale.count(200);

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2025-01-01T00:00:00Z"));
    private final Engine engine = Engine.builder().clock(clock).open();
    private final String workspace =
            engine.admin().createWorkspace("acme", "pro").call().id();
    private final AtomicInteger runs = new AtomicInteger();

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void work_sameKeyAndFingerprint_runsOnceAndGivesTheFirstResult() {
        Json first = engine.idempotent(workspace, "k", "pay 4711", this::pay);
        Json again = engine.idempotent(workspace, "k", "pay 4711", this::pay);

        assertThat(again).isEqualTo(first);
        assertThat(runs).hasValue(1);
    }

    @Test
    @SuppressWarnings("NullAway") // hosts may leave nullness unchecked
    void work_ofNull_isNamedAndLeavesTheKeyFree() {
        assertThatThrownBy(() -> engine.idempotent(null, "k", "pay 4711", this::pay))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("workspaceId");
        assertThatThrownBy(() -> engine.idempotent(workspace, "k", "pay 4711", () -> null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("must return a result");

        engine.idempotent(workspace, "k", "pay 4711", this::pay);

        assertThat(runs).hasValue(1);
    }

    @Test
    void work_otherKeyOrOtherWorkspace_runsAgain() {
        String other = engine.admin().createWorkspace("other", "pro").call().id();
        engine.idempotent(workspace, "k", "pay 4711", this::pay);
        engine.idempotent(workspace, "l", "pay 4711", this::pay);
        engine.idempotent(other, "k", "pay 4711", this::pay);

        assertThat(runs).hasValue(3);
    }

    @Test
    void work_otherFingerprint_is422() {
        engine.idempotent(workspace, "k", "pay 4711", this::pay);

        refused(() -> engine.idempotent(workspace, "k", "pay 4712", this::pay), 422, "idempotency_key_reused");

        assertThat(runs).hasValue(1);
    }

    @Test
    void work_workspaceIsSuspended_is403AlsoOfWhatIsRemembered() {
        engine.idempotent(workspace, "k", "pay 4711", this::pay);
        engine.admin().suspend(workspace).call();

        refused(() -> engine.idempotent(workspace, "k", "pay 4711", this::pay), 403, "workspace_suspended");
        refused(() -> engine.idempotent(workspace, "l", "pay 4711", this::pay), 403, "workspace_suspended");

        engine.admin().activate(workspace).call();
        engine.idempotent(workspace, "k", "pay 4711", this::pay);
        assertThat(runs).hasValue(1);
    }

    @Test
    void work_throws_theKeyIsFree() {
        assertThatThrownBy(() -> engine.idempotent(workspace, "k", "pay", () -> {
                    throw new IllegalStateException("no money");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no money");

        engine.idempotent(workspace, "k", "something else", this::pay);

        assertThat(runs).hasValue(1);
    }

    @Test
    void work_aDayAfter_runsAgain() {
        engine.idempotent(workspace, "k", "pay", this::pay);
        clock.advance(Duration.ofHours(24).minusMillis(1));
        engine.idempotent(workspace, "k", "pay", this::pay);
        assertThat(runs).hasValue(1);

        clock.advance(Duration.ofMillis(1));
        engine.idempotent(workspace, "k", "pay", this::pay);

        assertThat(runs).hasValue(2);
    }

    @Test
    void work_whileTheSameRuns_is409AndWhileAnotherRuns_is422() {
        Json result = engine.idempotent(workspace, "k", "pay", () -> {
            refused(() -> engine.idempotent(workspace, "k", "pay", this::pay), 409, "idempotency_key_in_use");
            refused(() -> engine.idempotent(workspace, "k", "other", this::pay), 422, "idempotency_key_reused");
            return Json.of("1");
        });

        assertThat(result.toString()).isEqualTo("1");
        assertThat(runs).hasValue(0);
    }

    @Test
    void work_twoThreadsAtOnce_runsOnceAndTheOtherIsToldSoOrGetsTheResult() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                String key = "k" + round;
                int before = runs.get();
                CyclicBarrier start = new CyclicBarrier(2);
                Future<String> one = pool.submit(() -> tried(start, key));
                Future<String> two = pool.submit(() -> tried(start, key));
                String expected = "{\"paid\":" + (before + 1) + "}";
                assertThat(one.get()).as("round %d", round).isIn(expected, "idempotency_key_in_use");
                assertThat(two.get()).as("round %d", round).isIn(expected, "idempotency_key_in_use");
                assertThat(runs).as("round %d", round).hasValue(before + 1);
            }
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void key_usedByARequest_is422HereAndTheOtherWayRound() {
        String secret = engine.admin().createKey(workspace, "s").call().secret().orElseThrow();
        engine.client(secret).resources().create("a").idempotencyKey("k").call();
        refused(() -> engine.idempotent(workspace, "k", "a", this::pay), 422, "idempotency_key_reused");

        engine.idempotent(workspace, "l", "a", this::pay);
        refused(
                () -> engine.client(secret)
                        .resources()
                        .create("a")
                        .idempotencyKey("l")
                        .call(),
                422,
                "idempotency_key_reused");
    }

    @Test
    void key_inQuotes_isTheSameKeyAsOnTheWire() {
        Json first = engine.idempotent(workspace, "k", "pay", this::pay);
        String secret = engine.admin().createKey(workspace, "s").call().secret().orElseThrow();
        engine.client(secret).resources().create("a").idempotencyKey("\"l\"").call();

        assertThat(engine.idempotent(workspace, "\"k\"", "pay", this::pay)).isEqualTo(first);
        assertThat(runs).hasValue(1);
        refused(() -> engine.idempotent(workspace, "l", "pay", this::pay), 422, "idempotency_key_reused");
        refused(() -> engine.idempotent(workspace, "\"\"", "pay", this::pay), 400, "idempotency_key_invalid");
    }

    @Test
    void work_engineOpenedAgain_givesTheFirstResult(@TempDir Path directory) {
        String there;
        Json first;
        try (Engine durable = Engine.builder().directory(directory).clock(clock).open()) {
            there = durable.admin().createWorkspace("acme", "pro").call().id();
            first = durable.idempotent(there, "k", "pay", this::pay);
        }
        try (Engine durable = Engine.builder().directory(directory).clock(clock).open()) {
            assertThat(durable.idempotent(there, "k", "pay", this::pay)).isEqualTo(first);
        }
        assertThat(runs).hasValue(1);
    }

    @Test
    void work_engineCloses_waitsForItAndRefusesTheNext() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            CountDownLatch drained = new CountDownLatch(1);
            Future<Json> result = pool.submit(() -> engine.idempotent(workspace, "k", "pay", () -> {
                running.countDown();
                await(drained);
                return pay();
            }));
            await(running);
            engine.beginDrain();
            refused(() -> engine.idempotent(workspace, "l", "pay", this::pay), 503, "shutting_down");
            drained.countDown();
            assertThat(result.get().toString()).isEqualTo("{\"paid\":1}");
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void call_thatMakesNoSense_isRefused() {
        refused(() -> engine.idempotent(workspace, "", "pay", this::pay), 400, "idempotency_key_invalid");
        refused(() -> engine.idempotent(workspace, "k\n", "pay", this::pay), 400, "idempotency_key_invalid");
        refused(() -> engine.idempotent("ws_nothing", "k", "pay", this::pay), 404, "not_found");
        refused(() -> engine.idempotent("ws_" + "0".repeat(26), "k", "pay", this::pay), 404, "not_found");
        assertThatThrownBy(() ->
                        engine.idempotent(workspace, "k", "pay", () -> Json.of(Map.of("a", "x".repeat(200_000)))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("131072");
        assertThat(runs).hasValue(0);
    }

    private String tried(CyclicBarrier start, String key) throws Exception {
        start.await(60, TimeUnit.SECONDS);
        try {
            return engine.idempotent(workspace, key, "pay", this::pay).toString();
        } catch (PlinthException e) {
            return e.code();
        }
    }

    private Json pay() {
        return Json.of(Map.of("paid", runs.incrementAndGet()));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void refused(Runnable call, int status, String code) {
        AbstractThrowableAssert<?, ?> thrown = assertThatThrownBy(call::run);
        thrown.asInstanceOf(type(PlinthException.class)).satisfies(problem -> {
            assertThat(problem.status()).isEqualTo(status);
            assertThat(problem.code()).isEqualTo(code);
        });
    }
}
