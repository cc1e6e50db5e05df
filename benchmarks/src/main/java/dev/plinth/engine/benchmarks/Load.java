package dev.plinth.engine.benchmarks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Repeats one operation with a number of callers, and measures operations per second and the time of each. */
final class Load {
    /** The most open futures of a submitting thread. */
    static final int OPEN_MAX = 8192;

    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(2);
    private static final int DIGITS = 3;
    private static final long WARM_UP_MILLIS = Figures.length(3_000);
    private static final long MILLIS = Figures.length(2_000);

    /**
     * The result of a load.
     *
     * @param perSecond operations of all callers together
     * @param nanos how long each took; empty if no caller waited
     */
    record Done(double perSecond, Histogram nanos) {}

    private Load() {}

    /** Returns a histogram for times of up to two minutes. */
    static Histogram histogram() {
        return new Histogram(LONGEST_NANOS, DIGITS);
    }

    /**
     * Runs so many threads, each of which waits for its answer before the next call. With two threads, one gets the
     * even numbers and one the odd ones, and so on. A shared counter would be part of the measurement.
     */
    static Done blocking(int callers, long millis, LongFunction<?> operation) throws InterruptedException {
        AtomicReference<RuntimeException> failure = new AtomicReference<>();
        Histogram all = histogram();
        CountDownLatch ended = new CountDownLatch(callers);
        long began = System.nanoTime();
        long end = began + TimeUnit.MILLISECONDS.toNanos(millis);
        for (int i = 0; i < callers; i++) {
            long first = i;
            Thread thread = new Thread(() -> {
                Histogram mine = histogram();
                try {
                    long number = first;
                    for (long from = System.nanoTime(); from < end; number += callers) {
                        var unused = operation.apply(number);
                        long until = System.nanoTime();
                        mine.recordValue(until - from);
                        from = until;
                    }
                } catch (RuntimeException e) {
                    failure.set(e);
                } finally {
                    synchronized (all) {
                        all.add(mine);
                    }
                    ended.countDown();
                }
            });
            thread.start();
        }
        ended.await();
        return done(all.getTotalCount(), all, began, failure.get());
    }

    /** Returns the nanoseconds of each call of a pass, in a JVM that is warm from such passes. */
    static double nanosEach(int calls, Runnable pass) {
        repeat(WARM_UP_MILLIS, pass);
        long began = System.nanoTime();
        long passes = repeat(MILLIS, pass);
        return (System.nanoTime() - began) / (double) (passes * calls);
    }

    private static long repeat(long millis, Runnable pass) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        long passes = 0;
        do {
            pass.run();
            passes++;
        } while (System.nanoTime() < end);
        return passes;
    }

    /** Runs one thread that does not wait for answers, but has at most {@link #OPEN_MAX} open. */
    static Done submitting(long millis, LongFunction<? extends CompletableFuture<?>> operation)
            throws InterruptedException {
        Semaphore open = new Semaphore(OPEN_MAX);
        AtomicReference<RuntimeException> failure = new AtomicReference<>();
        long began = System.nanoTime();
        long end = began + TimeUnit.MILLISECONDS.toNanos(millis);
        long done = 0;
        while (System.nanoTime() < end && failure.get() == null) {
            open.acquire();
            operation.apply(done++).whenComplete((answer, error) -> {
                if (error != null) {
                    failure.set(new IllegalStateException("Expected an answer, but the call failed", error));
                }
                open.release();
            });
        }
        open.acquire(OPEN_MAX);
        return done(done, histogram(), began, failure.get());
    }

    private static Done done(long operations, Histogram nanos, long began, @Nullable RuntimeException failure) {
        if (failure != null) {
            throw failure;
        }
        return new Done(operations / ((System.nanoTime() - began) / (double) TimeUnit.SECONDS.toNanos(1)), nanos);
    }
}
