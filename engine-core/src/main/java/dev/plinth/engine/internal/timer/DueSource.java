package dev.plinth.engine.internal.timer;

/** A kind of work that stands in the due index, and its start. */
public interface DueSource extends ReadySource {
    /** Returns the number of the kind in the due index. */
    int number();

    /**
     * Starts or does the work that is due under a number. Called by one thread at a time.
     *
     * @return false if there is no room for it, and the end of an attempt would not make room. It is tried again a
     *     moment later
     */
    boolean start(long number);

    /** Returns true if an attempt of this number is in flight, so that it is not due now. */
    boolean isBusy(long number);
}
