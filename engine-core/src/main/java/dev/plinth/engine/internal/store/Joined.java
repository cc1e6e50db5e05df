package dev.plinth.engine.internal.store;

/** Waits for the end of a thread, whatever happens to the one that waits. */
final class Joined {
    private Joined() {}

    /** Returns when the thread has ended; an interrupt of the caller is kept for later. */
    static void join(Thread thread) {
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
