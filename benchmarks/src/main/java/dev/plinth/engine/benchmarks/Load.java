package dev.plinth.engine.benchmarks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;

/** Callers who do one thing again and again, and how often a second they got it done. */
final class Load {
    /** How many futures one submitting thread has open at most. */
    static final int OPEN_MAX = 8192;

    private Load() {}

    /** So many threads, each of which waits for its answer before it asks again. */
    static double blocking(int callers, long millis, LongFunction<?> operation) throws InterruptedException {
        AtomicLong number = new AtomicLong();
        AtomicReference<RuntimeException> failure = new AtomicReference<>();
        long[] done = new long[callers];
        CountDownLatch ended = new CountDownLatch(callers);
        long began = System.nanoTime();
        long end = began + TimeUnit.MILLISECONDS.toNanos(millis);
        for (int i = 0; i < callers; i++) {
            int caller = i;
            Thread thread = new Thread(() -> {
                try {
                    while (System.nanoTime() < end) {
                        var unused = operation.apply(number.getAndIncrement());
                        done[caller]++;
                    }
                } catch (RuntimeException e) {
                    failure.set(e);
                } finally {
                    ended.countDown();
                }
            });
            thread.start();
        }
        ended.await();
        return rate(done, began, failure.get());
    }

    /** One thread that does not wait for answers, but has {@link #OPEN_MAX} open at most. */
    static double submitting(long millis, LongFunction<? extends CompletableFuture<?>> operation)
            throws InterruptedException {
        Semaphore open = new Semaphore(OPEN_MAX);
        AtomicReference<RuntimeException> failure = new AtomicReference<>();
        long began = System.nanoTime();
        long end = began + TimeUnit.MILLISECONDS.toNanos(millis);
        long[] done = new long[1];
        while (System.nanoTime() < end && failure.get() == null) {
            open.acquire();
            operation.apply(done[0]++).whenComplete((answer, error) -> {
                if (error != null) {
                    failure.set(new IllegalStateException("Expected an answer, but the call failed", error));
                }
                open.release();
            });
        }
        open.acquire(OPEN_MAX);
        return rate(done, began, failure.get());
    }

    private static double rate(long[] done, long began, RuntimeException failure) {
        if (failure != null) {
            throw failure;
        }
        long sum = 0;
        for (long each : done) {
            sum += each;
        }
        return sum / ((System.nanoTime() - began) / (double) TimeUnit.SECONDS.toNanos(1));
    }
}
