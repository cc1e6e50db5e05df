package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.StoredRow;
import dev.plinth.engine.internal.base.rows.TableName;
import java.util.function.ToLongFunction;

/**
 * Deletes the rows of a table some time after they were entered in the due index.
 *
 * @param name the name of the rows in figures
 * @param table the table
 * @param kind the kind of due work of its rows
 * @param keptMillis tells for how long a row is kept after its time in the index, in milliseconds
 * @param removal removes a row
 */
public record DueRetention<R>(
        String name, TableName<R> table, int kind, ToLongFunction<Rows> keptMillis, Removal<R> removal)
        implements SweepWork {
    @Override
    public long nextDueMillis(Rows rows) {
        long first = DueIndex.firstTime(rows, kind);
        return first == Rows.NONE ? NEVER : first + keptMillis.applyAsLong(rows);
    }

    @Override
    public void collect(Context context, long nowMillis, SweepBatch batch) {
        Rows rows = context.rows();
        DueIndex.forEach(rows, kind, nowMillis - keptMillis.applyAsLong(rows), number -> {
            StoredRow<R> row = rows.stored(table, number);
            if (row != null) {
                removal.remove(rows, row, batch);
            }
            return !batch.isFull();
        });
    }

    /** Removes a row and its parts. */
    @FunctionalInterface
    public interface Removal<R> {
        /** Puts a row and the rows that go with it into a batch, or as much of it as fits. */
        void remove(Rows rows, StoredRow<R> row, SweepBatch batch);
    }
}
