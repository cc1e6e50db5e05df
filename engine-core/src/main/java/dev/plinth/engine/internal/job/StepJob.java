package dev.plinth.engine.internal.job;

import dev.plinth.engine.internal.base.Changes;
import dev.plinth.engine.internal.base.Context;

/**
 * A job that goes through rows, a few in each commit, until there are none left. An attempt that was cut short begins at the first
 * row again, so a step has to bear being done twice.
 */
public interface StepJob {
    /**
     * Decides, inside the writer lock, what becomes of the next rows.
     *
     * @param askedAt when the job was accepted, in epoch milliseconds
     * @param after the number of the last row that was looked at, or {@code Rows.NONE}
     */
    Batch step(Context context, long askedAt, long after);

    /** The result of the job, as its GET shows it, after so many rows have been dealt with. */
    byte[] result(long done);

    /**
     * Some rows.
     *
     * @param changes what becomes of them
     * @param done how many were dealt with
     * @param reached the number of the last one that was looked at; {@code Rows.NONE} if there are no more
     */
    record Batch(Changes changes, int done, long reached) {}

    /** Opens the job that an input describes. */
    @FunctionalInterface
    interface Opener {
        /** The job of an input. */
        StepJob open(byte[] input);
    }
}
