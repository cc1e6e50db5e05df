package dev.plinth.engine.internal.base;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Walks over the rows of a set in the order of their numbers, and passes over rows that are gone meanwhile. */
final class SetWalk<R> implements Iterator<StoredRow<R>> {
    private final Rows rows;
    private final TableName<R> table;
    private final SetKey set;
    private long after = Rows.NONE;
    private @Nullable StoredRow<R> next;

    SetWalk(Rows rows, TableName<R> table, SetKey set) {
        this.rows = rows;
        this.table = table;
        this.set = set;
    }

    @Override
    public boolean hasNext() {
        while (next == null) {
            long number = rows.ceiling(set, after + 1);
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
