package dev.plinth.engine;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits of tests for what another thread or process does. A wait that is in vain fails instead of hanging the build. */
public final class Patience {
    /** A time that nothing here takes, however slow the machine is. A test of a broken engine sets less. */
    private static final long MAX_SECONDS = Long.getLong("plinth.test.patience", 240);

    /** Short beside all that is waited for, and leaves the core to it. */
    private static final long FIRST_LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    private static final long LAST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private Patience() {}

    /** Returns the longest wait, for limits of the product that nothing in a test shall reach. */
    static Duration max() {
        return Duration.ofSeconds(MAX_SECONDS);
    }

    /** Tells whether it has come about. */
    @FunctionalInterface
    public interface Condition<E extends Exception> {
        boolean holds() throws E;
    }

    /** Looks again and again, ever less often, until the condition holds; fails after minutes. */
    public static <E extends Exception> void until(Condition<E> condition) throws E {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(MAX_SECONDS);
        long look = FIRST_LOOK_NANOS;
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("Expected it to come about within " + MAX_SECONDS + " s, but it did not");
            }
            LockSupport.parkNanos(look);
            look = Math.min(look + look / 4, LAST_LOOK_NANOS);
        }
    }
}
