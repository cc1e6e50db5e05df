package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SealedRows;
import dev.plinth.engine.internal.base.rows.StoredRow;
import dev.plinth.engine.internal.base.rows.TableName;
import java.util.function.BiFunction;

/**
 * A kind of work of the sweep: rows that expire, or work that a decision has begun ({@link BacklogRunner}). The sweep
 * asks when the oldest is due and lets it be done. Readers do not show expired rows, whether they are deleted yet or not.
 */
public interface SweepWork {
    /** Means "nothing is due". */
    long NEVER = Long.MAX_VALUE;

    /**
     * Returns the work that seals the secrets of a table again that another key than the present one has sealed.
     *
     * @param name the name of the rows in figures
     * @param sealed the sets of the table's rows by key
     * @param reseal returns a row with its secrets sealed by the present key
     */
    static <R> SweepWork resealing(
            String name,
            TableName<R> table,
            SealedRows sealed,
            SecretCipher cipher,
            BiFunction<StoredRow<R>, SecretCipher, byte[]> reseal) {
        return new Resealing<>(name, table, sealed, cipher, reseal);
    }

    /** Returns the name of the rows in figures, such as {@code events}. */
    String name();

    /** Returns when its oldest rows are due, in epoch milliseconds, or {@link #NEVER}. Finds them without scanning. */
    long nextDueMillis(Rows rows);

    /** Puts the changes of due rows into a batch, the oldest first, until all of them are there or the batch is full. */
    void collect(Context context, long nowMillis, SweepBatch batch);

    /** Learns that the last batch is durable, if it had rows. */
    default void done() {}

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
