package dev.plinth.engine.internal.base;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs tasks on another executor, at most a fixed number at once. The other tasks wait in their order. The caller
 * bounds how many wait. Thread-safe.
 */
public final class BoundedExecutor implements Executor {
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger running = new AtomicInteger();
    private final Executor executor;
    private final int runningMax;

    /** Makes an executor on top of this one. */
    public BoundedExecutor(Executor executor, int runningMax) {
        this.executor = executor;
        this.runningMax = runningMax;
    }

    /**
     * {@inheritDoc}
     *
     * @throws RejectedExecutionException if the other executor refuses the task, and no running task could take it up
     *     afterwards
     */
    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        try {
            startOne();
        } catch (RejectedExecutionException | OutOfMemoryError noThread) {
            if (running.get() == 0 && tasks.remove(task)) {
                throw noThread;
            }
        }
    }

    private void startOne() {
        if (!enter()) {
            return;
        }
        boolean started = false;
        try {
            executor.execute(this::run);
            started = true;
        } finally {
            if (!started) {
                running.decrementAndGet();
            }
        }
    }

    private boolean enter() {
        int now = running.get();
        while (now < runningMax) {
            if (running.compareAndSet(now, now + 1)) {
                return true;
            }
            now = running.get();
        }
        return false;
    }

    private void run() {
        do {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                run(task);
            }
            running.decrementAndGet();
            // A task may have been added after the last look. It runs on this thread, because no other thread may be
            // available.
        } while (!tasks.isEmpty() && enter());
    }

    /** Runs a task. A task that throws ends as on a thread of its own, and the next ones run all the same. */
    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
    }
}
