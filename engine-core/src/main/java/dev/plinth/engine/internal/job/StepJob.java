package dev.plinth.engine.internal.job;

import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.Changes;

/**
 * A job that goes through rows, a few in each commit, until there are none left. A new attempt begins at the first row
 * again, so a step must be repeatable.
 */
public interface StepJob {
    /**
     * Decides the changes of the next rows, inside the writer lock.
     *
     * @param askedAt when the job was accepted, in epoch milliseconds
     * @param after the number of the last row that was examined, or {@code Rows.NONE}
     */
    Batch step(Context context, long askedAt, long after);

    /** Renders the result of the job, as its GET shows it, after so many rows. */
    byte[] result(long done);

    /**
     * A batch of rows.
     *
     * @param changes their changes
     * @param done how many were handled
     * @param reached the number of the last row that was examined, or {@code Rows.NONE} if there are no more
     */
    record Batch(Changes changes, int done, long reached) {}
}
