package dev.plinth.engine.internal.base;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A random pause in real time between the tries of callers that compete for the same rows. */
public final class RandomPause {
    private static final long FIRST_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(128);

    private RandomPause() {}

    /**
     * Pauses for up to 2 ms after the first try. Each further try doubles that, up to 128 ms.
     * Returns at once on an interrupted thread, which stays interrupted. The caller holds no lock.
     *
     * @param tries the tries so far; after none there is no pause
     */
    public static void after(int tries) {
        if (tries > 0) {
            int doublings = Math.min(tries - 1, Integer.SIZE);
            long most = Math.min(FIRST_NANOS_MAX << doublings, NANOS_MAX);
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(most));
        }
    }
}
