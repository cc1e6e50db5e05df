package dev.plinth.engine.internal.base.problem;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Knows the threads on which an engine runs code of its host: a handler, a listener, a unit of work. Such code must not
 * wait for the end of all work, because it would wait for itself. Thread-safe.
 */
public final class HostCode {
    /** How many runs, one inside the other, each thread is in. */
    private final Map<Thread, Integer> depths = new ConcurrentHashMap<>();

    /** Notes that code of the host begins to run on this thread. Any thread may end the run; only its first end counts. */
    public Run begin() {
        Thread thread = Thread.currentThread();
        depths.merge(thread, 1, Integer::sum);
        AtomicBoolean ended = new AtomicBoolean();
        return () -> {
            if (ended.compareAndSet(false, true)) {
                depths.computeIfPresent(thread, (same, depth) -> depth == 1 ? null : depth - 1);
            }
        };
    }

    /**
     * Refuses a call that would wait for the code that makes it.
     *
     * @param call names the call, such as {@code close}
     * @throws IllegalStateException if code of the host runs on this thread
     */
    public void checkMayWait(String call) {
        if (depths.containsKey(Thread.currentThread())) {
            throw new IllegalStateException("Expected a thread of the host, but "
                    + Thread.currentThread().getName()
                    + " runs a handler, a listener or a unit of work for which " + call
                    + " would wait; return from it first, and call " + call
                    + " from the thread that opened the engine.");
        }
    }

    /** A run of code of the host. */
    @FunctionalInterface
    public interface Run {
        /** Ends it. */
        void end();
    }
}
