package dev.plinth.engine.internal.base;

/** Waits for the end of a thread without regard to interrupts. */
public final class Joins {
    private Joins() {}

    /** Returns when the thread has ended, or after so many milliseconds. An interrupt is kept for later and returns at once. */
    public static void within(Thread thread, long millis) {
        try {
            thread.join(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns when the thread has ended. An interrupt of the caller is kept for later. */
    public static void uninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
