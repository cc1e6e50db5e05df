package dev.plinth.engine.spring;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Runs the writes of replies that were not there at once. It is no {@code Executor}: a bean of that type would switch
 * off the {@code applicationTaskExecutor} of Spring Boot. Closed with the application context. Thread-safe.
 */
final class WireThreads implements AutoCloseable {
    /**
     * The most threads, as many as Tomcat has for requests by default. So clients that read slowly take no more threads
     * here than from controllers.
     */
    static final int THREADS_MAX = 200;

    private static final int IDLE_SECONDS = 60;

    private final ThreadPoolExecutor threads;

    WireThreads() {
        CustomizableThreadFactory factory = new CustomizableThreadFactory("plinth-wire-");
        factory.setDaemon(true);
        // Each open request of the server has at most one task, so the server's limits bound the queue. A queue that
        // refuses would make the engine's own threads write to slow clients.
        threads = new ThreadPoolExecutor(
                THREADS_MAX, THREADS_MAX, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Runs a write on a thread of the wire, once one is free.
     *
     * @throws java.util.concurrent.RejectedExecutionException after {@link #close}
     */
    void execute(Runnable write) {
        threads.execute(write);
    }

    /** Interrupts the writes in flight, and runs none that wait. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
