package dev.plinth.engine.testkit;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Holds the host's code until the test has seen what it wanted to see. */
final class Gate {
    private static final long SECONDS_MAX = 120;

    private final Semaphore entered = new Semaphore(0);
    private final Semaphore open = new Semaphore(0);

    /** The host's side: says that it is here, and waits until it may go on. */
    void pass() {
        entered.release();
        take(open);
    }

    /** The test's side: waits until somebody stands at the gate. */
    void awaitSomebody() {
        take(entered);
    }

    /** The test's side: lets one through, now or later. */
    void letThrough() {
        open.release();
    }

    private static void take(Semaphore semaphore) {
        try {
            if (!semaphore.tryAcquire(SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new AssertionError("Expected the other side within " + SECONDS_MAX + " s, but it did not come");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Expected the other side, but the wait for it was interrupted", e);
        }
    }
}
