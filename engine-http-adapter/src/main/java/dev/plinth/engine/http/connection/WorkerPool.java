package dev.plinth.engine.http.connection;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Jetty's pool without its own queue, and without threads reserved for blocking handlers, of which there are none. Both
 * ask the JVM's management for an option, which loads all of it: a tenth of a cold start. Thread-safe.
 */
public final class WorkerPool extends QueuedThreadPool {
    private static final int THREADS_MAX = 200;
    private static final int THREADS_MIN = 8;
    private static final int IDLE_MILLIS = 60_000;
    private static final int NO_RESERVED_THREADS = 0;

    private volatile Consumer<Throwable> errors = error -> {};

    public WorkerPool() {
        super(THREADS_MAX, THREADS_MIN, IDLE_MILLIS, NO_RESERVED_THREADS, new LinkedBlockingQueue<>(), null);
        setName("plinth-http");
    }

    /** Sets the listener of the error of each failed job, which Jetty only logs. */
    public void onError(Consumer<Throwable> listener) {
        errors = listener;
    }

    @Override
    protected void runJob(Runnable job) {
        try {
            super.runJob(job);
        } catch (RuntimeException | Error e) {
            errors.accept(e);
            throw e;
        }
    }
}
