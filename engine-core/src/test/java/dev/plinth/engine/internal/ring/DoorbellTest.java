package dev.plinth.engine.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("scaled")
class DoorbellTest {
    private static final long PATIENCE_SECONDS = 60;

    private final AtomicLong row = new AtomicLong();
    private final AtomicLong seen = new AtomicLong();
    private final Semaphore answers = new Semaphore(0);

    @Test
    void ring_started_isAnsweredOnAnotherThread() throws Exception {
        List<String> threads = new ArrayList<>();
        try (Doorbell doorbell = new Doorbell("plinth-test-ring", () -> {
            threads.add(Thread.currentThread().getName());
            answers.release();
        })) {
            doorbell.start();
            doorbell.ring(1);
            awaitAnswer();
        }
        assertThat(threads).containsOnly("plinth-test-ring");
    }

    @Test
    void start_notRung_makesNoThread() throws Exception {
        try (Doorbell doorbell = new Doorbell("plinth-unrung-ring", answers::release)) {
            doorbell.start();
            assertThat(isRunning("plinth-unrung-ring")).isFalse();

            doorbell.ring(1);
            awaitAnswer();
            assertThat(isRunning("plinth-unrung-ring")).isTrue();
        }
    }

    @Test
    void ring_closed_makesNoThread() {
        Doorbell doorbell = new Doorbell("plinth-closed-ring", answers::release);
        doorbell.start();
        doorbell.close();

        doorbell.ring(1);

        assertThat(isRunning("plinth-closed-ring")).isFalse();
    }

    @Test
    void ring_full_neverBlocksAndIsAnsweredOnceForAll() throws Exception {
        AtomicInteger count = new AtomicInteger();
        try (Doorbell doorbell = new Doorbell("plinth-test-ring", () -> {
            count.incrementAndGet();
            seen.set(row.get());
            answers.release();
        })) {
            // Nobody answers yet, so a ring that blocked would block for ever.
            for (int i = 1; i <= 3 * Limits.RING_SLOTS; i++) {
                row.set(i);
                doorbell.ring(i);
            }
            doorbell.start();
            awaitAnswer();
        }
        assertThat(seen).hasValue(3L * Limits.RING_SLOTS);
        assertThat(count.get()).isLessThan(Limits.RING_SLOTS);
    }

    /** The answer that empties a full ring may have looked before the last ring came. */
    @Test
    void ring_duringTheAnswerToAFullRing_isAnsweredToo() throws Exception {
        CountDownLatch looked = new CountDownLatch(1);
        CountDownLatch rung = new CountDownLatch(1);
        try (Doorbell doorbell = new Doorbell("plinth-test-ring", () -> {
            seen.set(row.get());
            looked.countDown();
            await(rung);
            answers.release();
        })) {
            for (int i = 1; i <= Limits.RING_SLOTS; i++) {
                row.set(i);
                doorbell.ring(i);
            }
            doorbell.start();
            await(looked);
            row.set(5000);
            doorbell.ring(5000);
            rung.countDown();

            awaitAnswer();
            awaitAnswer();
        }
        assertThat(seen).hasValue(5000);
    }

    @Test
    void ring_manyThreads_theLastRingIsAlwaysAnsweredAfterwards() throws Exception {
        int threads = 4;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try (Doorbell doorbell = new Doorbell("plinth-test-ring", () -> {
            seen.set(row.get());
            answers.release();
        })) {
            doorbell.start();
            for (int round = 0; round < TestScale.count(100); round++) {
                List<Future<?>> running = new ArrayList<>();
                for (int thread = 0; thread < threads; thread++) {
                    running.add(pool.submit(() -> {
                        for (int i = 0; i < 2_000; i++) {
                            doorbell.ring(row.incrementAndGet());
                        }
                    }));
                }
                for (Future<?> each : running) {
                    each.get();
                }
                while (seen.get() != row.get()) {
                    awaitAnswer();
                }
            }
        }
        pool.shutdown();
        assertThat(seen).hasValue(row.get());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ring_answerThatFails_doesNotEndTheAnswering(boolean withAnError) throws Exception {
        AtomicInteger count = new AtomicInteger();
        try (Doorbell doorbell = new Doorbell("plinth-test-ring", () -> {
            int answer = count.incrementAndGet();
            answers.release();
            if (answer == 1 && withAnError) {
                throw new NoSuchMethodError("on purpose");
            }
            if (answer == 1) {
                throw new IllegalStateException("on purpose");
            }
        })) {
            doorbell.start();
            doorbell.ring(1);
            awaitAnswer();
            doorbell.ring(2);
            awaitAnswer();
        }
        assertThat(count).hasValue(2);
    }

    @Test
    void close_answerUnderWay_waitsForItsEnd() {
        for (int round = 0; round < 20; round++) {
            CountDownLatch looked = new CountDownLatch(1);
            AtomicBoolean ended = new AtomicBoolean();
            Doorbell doorbell = new Doorbell("plinth-test-ring", () -> {
                looked.countDown();
                for (int i = 0; i < 5; i++) {
                    Thread.yield();
                }
                ended.set(true);
            });
            doorbell.start();
            doorbell.ring(1);
            await(looked);

            doorbell.close();

            assertThat(ended).as("round %d", round).isTrue();
        }
    }

    private static boolean isRunning(String thread) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(one -> one.getName().equals(thread));
    }

    private void awaitAnswer() throws InterruptedException {
        assertThat(answers.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("an answer after the last ring")
                .isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
