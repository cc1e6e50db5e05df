package dev.plinth.engine.internal.timer;

/** One kind of due work. */
public interface DueSource {
    /** The number of the kind of work in the due index. */
    int number();

    /**
     * Starts, or does at once, what is due under a number; called by one thread at a time. May refuse when it is full.
     *
     * @return false if there is no room for it now that an attempt's end would give: it is tried again a moment later
     */
    boolean start(long number);

    /** True if an attempt under this number is under way, so that it is not due now. */
    boolean isBusy(long number);

    /** True if nothing more can start now. */
    boolean isFull();

    /**
     * Starts what is ready without being in the due index.
     *
     * @param nowMillis what is due by now, in epoch milliseconds: the clock may stand before that
     * @return false if there is no room for it now that an attempt's end would give: it is tried again a moment later
     */
    default boolean startReady(long nowMillis) {
        return true;
    }

    /** True if something is ready and could start now. */
    default boolean hasReady() {
        return false;
    }

    /** When something that is not in the due index is ready, in epoch milliseconds; {@code Long.MAX_VALUE} for never. */
    default long nextReadyMillis() {
        return Long.MAX_VALUE;
    }

    /** Waits in real time until nothing of this source is under way; false if that took too long. */
    boolean awaitIdle(long timeoutMillis);
}
