package dev.plinth.engine.internal.pipeline;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Completes the futures of the host on the engine's workers. Thread-safe.
 *
 * <p>One sync of the disk may complete thousands of futures. A worker for each would hold up the thread that wakes them
 * all. A bounded pool would be exhausted by continuations that wait for each other. So one worker takes one task after
 * the other, and calls the next worker before each if there are more. While tasks are short, the next worker finds
 * nothing left. While tasks wait, there are as many workers as wait.
 */
final class Completions implements Executor {
    private final Executor workers;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    /** True while a called worker has taken no task yet. */
    private final AtomicBoolean called = new AtomicBoolean();

    Completions(Executor workers) {
        this.workers = workers;
    }

    /**
     * Takes a task that does not throw. If no worker is available it runs on this thread, because late callers are
     * better than one without an answer.
     */
    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (!callWorker()) {
            runAll();
        }
    }

    /** Returns false if no worker is available. */
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
