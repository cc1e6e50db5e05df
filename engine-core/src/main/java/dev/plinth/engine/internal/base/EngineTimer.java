package dev.plinth.engine.internal.base;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs work later in real time, on one thread of the engine's own that begins with the first work and ends at the close.
 * The thread of {@link CompletableFuture}'s timer lasts as long as the JVM. It keeps the class loader of the code that used
 * it first. Work on this thread must not wait. Thread-safe.
 */
public final class EngineTimer implements AutoCloseable {
    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(1, work -> new EngineThread(work, "plinth-later"));

    /** Makes a timer without a thread. */
    public EngineTimer() {
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Runs work after so many milliseconds. Does nothing if the timer is closed before. */
    public void run(long millis, Runnable work) {
        try {
            Future<?> unused = timer.schedule(work, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            return;
        }
    }

    /** Completes a future with null after so many milliseconds, unless it is complete before. At once if the timer is closed. */
    public void complete(CompletableFuture<Void> future, long millis) {
        complete(future, () -> future.complete(null), millis);
    }

    /** Completes a future with false likewise. */
    public void deny(CompletableFuture<Boolean> future, long millis) {
        complete(future, () -> future.complete(false), millis);
    }

    private void complete(CompletableFuture<?> future, Runnable end, long millis) {
        if (future.isDone()) {
            return;
        }
        try {
            Future<?> limit = timer.schedule(end, millis, TimeUnit.MILLISECONDS);
            // A wait that has ended must not be held for the rest of its time.
            CompletableFuture<?> unused = future.whenComplete((value, failure) -> limit.cancel(false));
        } catch (RejectedExecutionException closed) {
            end.run();
        }
    }

    /** Ends the thread. Work whose time has not come is dropped. */
    @Override
    public void close() {
        timer.shutdownNow();
    }
}
