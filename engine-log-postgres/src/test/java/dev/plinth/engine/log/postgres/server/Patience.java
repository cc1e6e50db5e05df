package dev.plinth.engine.log.postgres.server;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits of tests for what another thread or a server does. A wait that is in vain fails instead of hanging the build. */
public final class Patience {
    private static final long MAX_SECONDS = 120;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private Patience() {}

    /** Tells whether it has come about. */
    @FunctionalInterface
    public interface Condition<E extends Exception> {
        boolean holds() throws E;
    }

    /** Looks again and again until the condition holds; fails after minutes. */
    public static <E extends Exception> void until(Condition<E> condition) throws E {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(MAX_SECONDS);
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("Expected it to come about within " + MAX_SECONDS + " s, but it did not");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }
}
