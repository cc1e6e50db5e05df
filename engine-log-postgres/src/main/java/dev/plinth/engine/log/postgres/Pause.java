package dev.plinth.engine.log.postgres;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets threads wait a moment, until the log is closed. Thread-safe. */
final class Pause {
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Waits. Returns false, perhaps earlier, if the log is closed or the thread is interrupted. */
    boolean millis(long millis) {
        try {
            return !closed.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    boolean isClosed() {
        return closed.getCount() == 0;
    }

    void close() {
        closed.countDown();
    }
}
