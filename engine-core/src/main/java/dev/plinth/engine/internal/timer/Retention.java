package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Rows;

/**
 * The retention of one kind of rows. The sweep asks when the oldest expires and lets it be deleted. Readers do not show
 * expired rows, whether they are deleted yet or not. {@link BacklogRunner} does the same for work that decisions have
 * begun.
 */
public interface Retention {
    /** Means "nothing expires". */
    long NEVER = Long.MAX_VALUE;

    /** Returns the name of the rows in figures, such as {@code events}. */
    String name();

    /** Returns when the oldest rows expire, in epoch milliseconds, or {@link #NEVER}. Finds them without scanning. */
    long nextExpiry(Rows rows);

    /** Puts expired rows into a batch, the oldest first, until all of them are there or the batch is full. */
    void collect(Context context, long nowMillis, SweepBatch batch);

    /**
     * Learns that the last batch was refused.
     *
     * @param untilMillis until when the rows of that batch are to back off
     * @return true if they do, so that other rows can be collected meanwhile; false if all rows of its kind have to
     *     back off
     */
    default boolean refused(long untilMillis) {
        return false;
    }
}
