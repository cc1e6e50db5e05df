package dev.plinth.engine.internal.base.rows;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Walks over the rows of some sets in the order of their numbers, and passes over rows that are gone meanwhile. */
final class SetWalk<R> implements Iterator<StoredRow<R>> {
    private final Rows rows;
    private final TableName<R> table;
    private final List<SetKey> sets;
    private long after = Rows.NONE;
    private @Nullable StoredRow<R> next;

    SetWalk(Rows rows, TableName<R> table, List<SetKey> sets) {
        this.rows = rows;
        this.table = table;
        this.sets = sets;
    }

    @Override
    public boolean hasNext() {
        while (next == null) {
            long number = rows.ceiling(sets, after + 1);
            if (number == Rows.NONE) {
                return false;
            }
            after = number;
            next = rows.stored(table, number);
        }
        return true;
    }

    @Override
    public StoredRow<R> next() {
        StoredRow<R> found = hasNext() ? next : null;
        if (found == null) {
            throw new NoSuchElementException();
        }
        next = null;
        return found;
    }
}
