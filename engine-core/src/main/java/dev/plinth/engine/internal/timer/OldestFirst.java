package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.HiddenNumbers;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.StoredRow;
import dev.plinth.engine.internal.base.rows.TableName;
import java.util.function.ToLongBiFunction;

/**
 * Deletes the expired rows of a table whose numbers are in the order in which they expire.
 *
 * @param name the name of the rows in figures
 * @param table the table
 * @param all the set of its rows
 * @param expiry tells when a row expires, in epoch milliseconds
 */
public record OldestFirst<R>(String name, TableName<R> table, SetKey all, ToLongBiFunction<Rows, R> expiry)
        implements SweepWork {
    @Override
    public long nextDueMillis(Rows rows) {
        R first = rows.at(table, HiddenNumbers.of(rows).ceiling(rows, all, 0));
        return first == null ? NEVER : expiry.applyAsLong(rows, first);
    }

    @Override
    public void collect(Context context, long nowMillis, SweepBatch batch) {
        Rows rows = context.rows();
        HiddenNumbers hidden = HiddenNumbers.of(rows);
        long next = hidden.ceiling(rows, all, 0);
        while (next != Rows.NONE && !batch.isFull()) {
            StoredRow<R> each = rows.stored(table, next);
            if (each == null || expiry.applyAsLong(rows, each.row()) > nowMillis) {
                return;
            }
            batch.remove(each);
            next = hidden.ceiling(rows, all, next + 1);
        }
    }
}
