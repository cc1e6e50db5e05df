package dev.plinth.engine.internal.timer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.plinth.engine.CapturedLog;
import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.EngineTimer;
import dev.plinth.engine.internal.base.FatalErrors;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(180)
@Tag("scaled")
class AttemptRunnerTest {
    private static final EngineTimer TIMER = new EngineTimer();

    private final Deque<Runnable> queue = new ArrayDeque<>();
    private final List<Long> ran = new ArrayList<>();
    private final AttemptRunner attempts = new AttemptRunner(queue::add, 3, new FatalErrors(), TIMER);

    /** As a pool does that has queued the work and then finds no thread for its queue. */
    @Test
    void tryStart_executorThatTakesTheWorkAndThrows_neverRunsWhatItGaveBack() {
        AttemptRunner taking = new AttemptRunner(
                work -> {
                    queue.add(work);
                    throw new IllegalStateException("no thread for the queue");
                },
                3,
                new FatalErrors(),
                TIMER);

        assertThat(taking.tryStart(1, () -> ran.add(1L))).isFalse();
        assertThat(taking.isClaimed(1)).isFalse();
        runAll();

        assertThat(ran).isEmpty();
    }

    @Test
    void tryStart_executorThatRunsTheWorkAndThrows_hasStartedIt() {
        AttemptRunner handing = new AttemptRunner(
                work -> {
                    work.run();
                    throw new IllegalStateException("the counter of the pool failed");
                },
                3,
                new FatalErrors(),
                TIMER);

        assertThat(handing.tryStart(1, () -> ran.add(1L))).isTrue();
        assertThat(ran).containsExactly(1L);
        assertThat(handing.isClaimed(1)).isFalse();
    }

    @Test
    void tryStart_numberUnderWay_isNotStartedTwice() {
        assertThat(start(7)).isTrue();
        assertThat(attempts.isClaimed(7)).isTrue();
        assertThat(start(7)).isFalse();

        runAll();

        assertThat(ran).containsExactly(7L);
        assertThat(attempts.isClaimed(7)).isFalse();
        assertThat(start(7)).isTrue();
    }

    @Test
    void tryStart_full_isNotStartedUntilOneHasEnded() {
        assertThat(start(1)).isTrue();
        assertThat(start(2)).isTrue();
        assertThat(attempts.isFull()).isFalse();
        assertThat(start(3)).isTrue();
        assertThat(attempts.isFull()).isTrue();
        assertThat(start(4)).isFalse();

        queue.remove().run();

        assertThat(attempts.isFull()).isFalse();
        assertThat(start(4)).isTrue();
    }

    static Stream<Throwable> refusals() {
        return Stream.of(
                new OutOfMemoryError("unable to create native thread"),
                new RejectedExecutionException("full"),
                new IllegalStateException("ThreadPoolTaskExecutor not initialized"),
                new NoClassDefFoundError("com/example/Decorator"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void tryStart_noThreadToBeHad_isFreeAgainAndTellsNobody(Throwable refusal) {
        AtomicInteger told = new AtomicInteger();
        AttemptRunner threadless = new AttemptRunner(
                work -> {
                    if (refusal instanceof Error error) {
                        throw error;
                    }
                    throw (RuntimeException) refusal;
                },
                3,
                new FatalErrors(),
                TIMER);
        threadless.onSettled(told::incrementAndGet);

        assertThat(threadless.tryStart(1, () -> {})).isFalse();

        assertThat(threadless.isClaimed(1)).isFalse();
        assertThat(threadless.awaitIdle(0)).isTrue();
        assertThat(told).hasValue(0);
    }

    @Test
    void tryStart_stopped_startsNoMoreButEndsWhatRuns() {
        start(1);
        attempts.stop();

        assertThat(start(2)).isFalse();
        assertThat(attempts.awaitIdle(0)).isFalse();
        runAll();
        assertThat(attempts.awaitIdle(0)).isTrue();
        assertThat(ran).containsExactly(1L);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void tryStart_workThatThrows_restsAndHoldsUpNoOther(Throwable failure) throws InterruptedException {
        Semaphore rung = new Semaphore(0);
        attempts.onSettled(rung::release);
        try (CapturedLog log = CapturedLog.open()) {
            fail(1, failure);

            assertThat(attempts.awaitIdle(0)).isTrue();
            assertThat(attempts.isClaimed(1)).isTrue();
            assertThat(start(1)).as("started at once").isFalse();
            assertThat(start(2)).as("another one").isTrue();
            runAll();
            rung.acquire(3);
            assertThat(start(1)).as("after its rest").isTrue();
            runAll();
            assertThat(ran).containsExactly(2L, 1L);
            assertThat(log.lines()).singleElement().asString().contains("1000 ms");
        }
    }

    static Stream<Throwable> failures() {
        return Stream.of(
                new IllegalStateException("on purpose"),
                new NoSuchMethodError("on purpose"),
                new StackOverflowError(),
                new AssertionError("on purpose"),
                new OutOfMemoryError("on purpose"));
    }

    @Test
    void tryStart_workThatThrowsAgainAndAgain_restsTwiceAsLongEachTime() throws InterruptedException {
        boolean inTime = false;
        while (!inTime) {
            AttemptRunner own = new AttemptRunner(queue::add, 3, new FatalErrors(), TIMER);
            Semaphore rung = new Semaphore(0);
            own.onSettled(rung::release);
            try (CapturedLog log = CapturedLog.open()) {
                long began = System.nanoTime();
                fail(own, 1, new NoSuchMethodError("first"));
                rung.acquire(2);
                fail(own, 1, new NoClassDefFoundError("second"));
                // A rest of a second is forgotten another second later; a machine that slept meanwhile tries again.
                inTime = System.nanoTime() - began < TimeUnit.SECONDS.toNanos(2);

                if (inTime) {
                    assertThat(log.lines()).hasSize(2).last().asString().contains("2000 ms");
                }
            }
        }
    }

    @Test
    void tryStart_manyThatThrowAlike_areLoggedOnce() {
        try (CapturedLog log = CapturedLog.open()) {
            for (long number = 1; number <= 1_000; number++) {
                fail(number, new NoSuchMethodError("on purpose"));
            }

            assertThat(log.lines()).hasSize(1);
        }
    }

    @Test
    void tryStart_workThatThrowsWhileTheLogFails_isFreeAfterItsRest() throws InterruptedException {
        Semaphore rung = new Semaphore(0);
        attempts.onSettled(rung::release);
        try (CapturedLog log = CapturedLog.showing(line -> {
            throw new AssertionError("the host's handler fails");
        })) {
            fail(1, new IllegalStateException("on purpose"));
            assertThat(log.lines()).hasSize(1);
            rung.acquire(2);

            assertThat(start(1)).isTrue();
        }
    }

    @Test
    void tryStart_executorThatRefuses_freesTheNumber() {
        AttemptRunner refused = new AttemptRunner(
                work -> {
                    throw new RejectedExecutionException("on purpose");
                },
                3,
                new FatalErrors(),
                TIMER);

        assertThat(refused.tryStart(1, () -> {})).isFalse();
        assertThat(refused.awaitIdle(0)).isTrue();
    }

    @Test
    void onSettled_attemptEnds_isToldAfterItsNumberIsFree() {
        List<Boolean> claimed = new ArrayList<>();
        attempts.onSettled(() -> claimed.add(attempts.isClaimed(1)));

        start(1);
        assertThat(claimed).isEmpty();
        runAll();

        assertThat(claimed).containsExactly(false);
    }

    @Test
    void end_noMemoryForTheRest_isFreeAllTheSame() {
        RuntimeException failure = new IllegalStateException("on purpose") {
            private static final long serialVersionUID = 1;

            @Override
            public synchronized Throwable getCause() {
                throw new OutOfMemoryError("on purpose");
            }
        };
        AtomicInteger given = new AtomicInteger();
        AtomicInteger rung = new AtomicInteger();
        attempts.onSettled(rung::incrementAndGet);
        AttemptRunner.Claim claim = Objects.requireNonNull(attempts.tryClaim(1));

        assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> claim.end(failure, given::incrementAndGet));

        assertThat(attempts.isClaimed(1)).isFalse();
        assertThat(given).hasValue(1);
        assertThat(rung).hasValue(1);
    }

    @Test
    void end_noMemoryToGiveBack_ringsAllTheSame() {
        AtomicInteger rung = new AtomicInteger();
        attempts.onSettled(rung::incrementAndGet);
        AttemptRunner.Claim claim = Objects.requireNonNull(attempts.tryClaim(1));

        assertThatExceptionOfType(OutOfMemoryError.class)
                .isThrownBy(() -> claim.end(null, () -> {
                    throw new OutOfMemoryError("on purpose");
                }));

        assertThat(attempts.isClaimed(1)).isFalse();
        assertThat(rung).hasValue(1);
    }

    @Test
    void onRested_listenerMayWait_soItRunsOnTheExecutor() throws InterruptedException {
        BlockingQueue<Runnable> handed = new LinkedBlockingQueue<>();
        AttemptRunner own = new AttemptRunner(handed::add, 3, new FatalErrors(), TIMER);
        AtomicLong heard = new AtomicLong();
        CountDownLatch rung = new CountDownLatch(2);
        own.onBackoffEnd(heard::set);
        own.onSettled(rung::countDown);
        assertThat(own.tryStart(
                        7, () -> AttemptRunnerTest.<RuntimeException>sneak(new IllegalStateException("on purpose"))))
                .isTrue();
        handed.take().run();

        Runnable rested = handed.poll(30, TimeUnit.SECONDS);

        assertThat(rested).isNotNull();
        assertThat(heard).hasValue(0);
        rested.run();
        assertThat(heard).hasValue(7);
        rung.await();
    }

    @Test
    void awaitIdle_attemptUnderWay_waitsForItsEnd() {
        assertThat(attempts.awaitIdle(0)).isTrue();
        start(1);
        assertThat(attempts.awaitIdle(0)).isFalse();

        CompletableFuture<Boolean> idle = CompletableFuture.supplyAsync(() -> attempts.awaitIdle(60_000));
        runAll();

        assertThat(idle.join()).isTrue();
    }

    @Test
    void tryStart_manyThreads_eachNumberOnceAtATimeAndNeverMoreThanThereIsRoom() throws Exception {
        int threads = 8;
        int runningMax = 2;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        for (int round = 0; round < TestScale.count(5_000); round++) {
            List<Runnable> held = Collections.synchronizedList(new ArrayList<>());
            AttemptRunner shared = new AttemptRunner(held::add, runningMax, new FatalErrors(), TIMER);
            CyclicBarrier together = new CyclicBarrier(threads);
            AtomicInteger started = new AtomicInteger();
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                long number = thread / 2;
                running.add(pool.submit(() -> {
                    together.await();
                    started.addAndGet(shared.tryStart(number, () -> {}) ? 1 : 0);
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
            assertThat(started).as("started at once, round %d", round).hasValue(runningMax);
            assertThat(held).hasSize(runningMax);
        }
        pool.shutdown();
    }

    private boolean start(long number) {
        return attempts.tryStart(number, () -> ran.add(number));
    }

    private void fail(long number, Throwable failure) {
        fail(attempts, number, failure);
    }

    private void fail(AttemptRunner runner, long number, Throwable failure) {
        assertThat(runner.tryStart(number, () -> AttemptRunnerTest.<RuntimeException>sneak(failure)))
                .isTrue();
        runAll();
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> void sneak(Throwable failure) throws T {
        throw (T) failure;
    }

    private void runAll() {
        while (!queue.isEmpty()) {
            queue.remove().run();
        }
    }
}
