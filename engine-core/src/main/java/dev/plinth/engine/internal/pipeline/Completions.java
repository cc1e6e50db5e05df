package dev.plinth.engine.internal.pipeline;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Completes, on the engine's workers, the futures that a host waits for. Thread-safe.
 *
 * <p>One sync of the disk may complete thousands of futures. A worker for each would hold up the thread that wakes them all, and a bounded pool
 * would be exhausted by continuations that wait for each other. So one worker takes one task after the other, and calls the next worker before
 * each if there are more: while tasks are short, the next one finds nothing left; while they wait, there are as many workers as wait.
 */
final class Completions implements Executor {
    private final Executor workers;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    /** True while a worker is on its way that has taken no task yet. */
    private final AtomicBoolean called = new AtomicBoolean();

    Completions(Executor workers) {
        this.workers = workers;
    }

    /** Takes a task that does not throw. Where no worker is to be had, it runs here: better late callers than one without an answer. */
    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (!callWorker()) {
            runAll();
        }
    }

    /** Returns false if no worker is to be had. */
    private boolean callWorker() {
        if (tasks.isEmpty() || !called.compareAndSet(false, true)) {
            return true;
        }
        try {
            workers.execute(this::work);
            return true;
        } catch (RejectedExecutionException | OutOfMemoryError noThread) {
            called.set(false);
            return false;
        }
    }

    private void work() {
        called.set(false);
        runAll();
    }

    private void runAll() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            boolean unused = callWorker();
            task.run();
        }
    }
}
