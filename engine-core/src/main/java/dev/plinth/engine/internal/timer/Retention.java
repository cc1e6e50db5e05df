package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Rows;

/**
 * How long rows of one kind are kept. The sweep asks when the oldest expires and lets it be taken out; readers do not show
 * what has expired, whether it is taken out yet or not. {@link BacklogRunner} does the same for work that decisions have begun.
 */
public interface Retention {
    /** Stands for "nothing expires". */
    long NEVER = Long.MAX_VALUE;

    /** What the rows are called in figures, such as {@code events}. */
    String name();

    /** When the oldest rows expire, in epoch milliseconds, found without scanning; {@link #NEVER} if there are none. */
    long nextExpiry(Rows rows);

    /** Puts what has expired by now into a batch, the oldest first, until all of it is there or the batch is full. */
    void collect(Context context, long nowMillis, SweepBatch batch);

    /**
     * Hears that the last batch was refused.
     *
     * @param untilMillis until when the rows of that batch are to rest
     * @return true if they do, so that other rows can be collected meanwhile; false if all of its kind have to rest
     */
    default boolean refused(long untilMillis) {
        return false;
    }
}
