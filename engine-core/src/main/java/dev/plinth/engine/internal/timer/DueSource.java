package dev.plinth.engine.internal.timer;

/** A kind of due work, and what starts it. */
public interface DueSource {
    /** Returns the number of the kind in the due index. */
    int number();

    /**
     * Starts or does the work that is due under a number. Called by one thread at a time. May refuse when the source is
     * full.
     *
     * @return false if there is no room for it, and the end of an attempt would not make room. It is tried again a
     *     moment later
     */
    boolean start(long number);

    /** Returns true if an attempt of this number is in flight, so that it is not due now. */
    boolean isBusy(long number);

    /** Returns true if nothing more can start now. */
    boolean isFull();

    /**
     * Starts work that is ready without being in the due index.
     *
     * @param nowMillis the time up to which work is due, in epoch milliseconds; the clock may be behind it
     * @return false if there is no room for it, and the end of an attempt would not make room. It is tried again a
     *     moment later
     */
    default boolean startReady(long nowMillis) {
        return true;
    }

    /** Returns true if work is ready and could start now. */
    default boolean hasReady() {
        return false;
    }

    /** Returns when work outside the due index is ready, in epoch milliseconds, or {@code Long.MAX_VALUE} for never. */
    default long nextReadyMillis() {
        return Long.MAX_VALUE;
    }

    /** Waits in real time until no work of this source is in flight. Returns false if that took too long. */
    boolean awaitIdle(long timeoutMillis);
}
