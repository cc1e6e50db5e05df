package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.Changes;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.TableName;

/** What one step of a sweep writes and takes out: bounded in rows and bytes. Not thread-safe. */
public final class Portion {
    private final Changes changes = new Changes();
    private int removed;
    private int ended;
    private long bytes;
    private boolean closed;

    /** A portion with nothing in it. */
    public Portion() {}

    /** True if nothing more should go into it. */
    public boolean isFull() {
        return closed || roomRows() <= 0 || bytes >= Limits.SWEEP_BYTES_MAX;
    }

    /** Makes it full as it is, because what comes next has to go into another one. */
    public void close() {
        closed = true;
    }

    /** Takes a row out that has about so many bytes. */
    public void remove(TableName table, byte[] key, int rowBytes) {
        changes.remove(table, key);
        removed++;
        bytes += rowBytes;
    }

    /** Takes out the rows of a set; false if not all of them went into it. */
    public boolean removeAll(Rows rows, SetKey set, TableName table) {
        for (long next = rows.ceiling(set, 0); next != Rows.NONE; next = rows.ceiling(set, next + 1)) {
            if (isFull()) {
                return false;
            }
            byte[] row = rows.at(next);
            byte[] key = rows.keyAt(next);
            if (row != null && key != null) {
                remove(table, key, row.length);
            }
        }
        return true;
    }

    /** Ends a row without taking it out; counts as one that was collected. */
    public void end(TableName table, byte[] key, byte[] row) {
        put(table, key, row);
        ended++;
    }

    /** Puts a row. */
    public void put(TableName table, byte[] key, byte[] row) {
        changes.put(table, key, row);
        bytes += row.length;
    }

    /** How many rows still go into it. */
    public int roomRows() {
        return Limits.SWEEP_ROWS_MAX - changes.writes().size();
    }

    boolean isEmpty() {
        return changes.isEmpty();
    }

    /** What is in it. */
    public Changes changes() {
        return changes;
    }

    /** Rows that it takes out. */
    int removed() {
        return removed;
    }

    /** Rows that it takes out or ends. */
    int collected() {
        return removed + ended;
    }
}
