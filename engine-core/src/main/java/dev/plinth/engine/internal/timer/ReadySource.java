package dev.plinth.engine.internal.timer;

/** A kind of work that is ready at times which it tells itself, and its start. */
public interface ReadySource {
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
