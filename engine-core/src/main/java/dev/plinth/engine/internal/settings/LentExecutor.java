package dev.plinth.engine.internal.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Runs the engine's tasks on an executor of the host, which stays open when the engine closes. Closing interrupts only
 * threads with a task of the engine, and a task that has not begun by then never runs. Thread-safe.
 */
final class LentExecutor extends AbstractExecutorService {
    private final Executor host;
    private final Set<Task> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    LentExecutor(Executor host) {
        this.host = host;
    }

    /**
     * {@inheritDoc}
     *
     * @throws RejectedExecutionException if the host's executor refuses the task, or would run it on the calling thread
     */
    @Override
    public void execute(Runnable work) {
        if (closed) {
            throw new RejectedExecutionException("The engine is closed and runs nothing more; open another one.");
        }
        Task task = new Task(work);
        host.execute(task);
        if (task.isRefused) {
            throw inline(); // the host's executor has swallowed it
        }
        task.handOver();
    }

    @Override
    public void shutdown() {
        closed = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown();
        running.forEach(Task::interrupt);
        return new ArrayList<>();
    }

    @Override
    public boolean isShutdown() {
        return closed;
    }

    @Override
    public boolean isTerminated() {
        return closed && running.isEmpty();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return isTerminated();
    }

    private static RejectedExecutionException inline() {
        return new RejectedExecutionException(
                "The executor of the host runs a task on the calling thread, which the engine waits for. Give the"
                        + " builder one with threads of its own, which rejects what it cannot take.");
    }

    /** A task of the engine. Its thread is interrupted only while the task has it. */
    private final class Task implements Runnable {
        private final Runnable work;
        private final Thread caller = Thread.currentThread();
        private boolean handedOver; // by the caller, which alone reads it
        private boolean isRefused; // by the caller, which alone reads it
        private boolean isOver; // guarded by this
        private boolean isInterrupted; // guarded by this
        private Thread thread = caller; // guarded by this

        Task(Runnable work) {
            this.work = work;
        }

        void handOver() {
            handedOver = true;
        }

        @Override
        public void run() {
            if (Thread.currentThread() == caller && !handedOver) {
                isRefused = true;
                throw inline();
            }
            synchronized (this) {
                thread = Thread.currentThread();
            }
            running.add(this);
            try {
                if (!closed) {
                    work.run();
                }
            } finally {
                running.remove(this);
                end();
            }
        }

        private synchronized void end() {
            isOver = true;
            if (isInterrupted) {
                boolean unused = Thread.interrupted(); // the next task of this thread is the host's
            }
        }

        synchronized void interrupt() {
            if (!isOver) {
                isInterrupted = true;
                thread.interrupt();
            }
        }
    }
}
