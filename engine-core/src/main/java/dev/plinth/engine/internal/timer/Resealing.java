package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SealedRows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.StoredRow;
import dev.plinth.engine.internal.base.rows.TableName;
import java.util.function.BiFunction;

/**
 * Seals the secrets of a table again that another key than the present one has sealed (decision 081).
 *
 * @param name the name of the rows in figures
 * @param table the table
 * @param sealed the sets of its rows by key
 * @param cipher the keys
 * @param reseal returns a row with its secrets sealed by the present key
 */
record Resealing<R>(
        String name,
        TableName<R> table,
        SealedRows sealed,
        SecretCipher cipher,
        BiFunction<StoredRow<R>, SecretCipher, byte[]> reseal)
        implements SweepWork {
    private static final long SINCE_EVER = 0;

    @Override
    public long nextDueMillis(Rows rows) {
        for (SetKey set : sealed.toSealAgain(cipher)) {
            if (rows.size(set) > 0) {
                return SINCE_EVER;
            }
        }
        return NEVER;
    }

    /** Leaves out rows that do not open. They are counted as left. */
    @Override
    public void collect(Context context, long nowMillis, SweepBatch batch) {
        for (StoredRow<R> row : context.rows().in(table, sealed.toSealAgain(cipher))) {
            if (batch.isFull()) {
                return;
            }
            byte[] next;
            try {
                next = reseal.apply(row, cipher);
            } catch (IllegalStateException doesNotOpen) {
                continue;
            }
            batch.end(table, row.key(), next);
        }
    }
}
