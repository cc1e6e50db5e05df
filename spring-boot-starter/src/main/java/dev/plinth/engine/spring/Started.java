package dev.plinth.engine.spring;

import java.util.concurrent.CountDownLatch;

/**
 * Holds background work back until the application has started, because the beans that it calls may not be ready.
 * Thread-safe.
 */
final class Started {
    private final CountDownLatch begun = new CountDownLatch(1);

    /** Lets background work go on. */
    void begin() {
        begun.countDown();
    }

    /** Waits for the start. The engine interrupts the thread when it closes. */
    void await() {
        try {
            begun.await();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    "The application closed before it had started. The engine tries again after the next start.",
                    closing);
        }
    }
}
