package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.Changes;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.ReserveAccess;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.TableName;

/** What one step of a sweep writes and takes out: bounded in rows and bytes. Not thread-safe. */
public final class SweepBatch {
    private final Changes changes = new Changes().within(ReserveAccess.RECORDED);
    private int removed;
    private int ended;
    private int ownWrites;
    private long bytes;

    /** A batch with nothing in it. */
    public SweepBatch() {}

    /** True if nothing more should go into it. */
    public boolean isFull() {
        return roomRows() <= 0 || bytes >= Limits.SWEEP_BYTES_MAX;
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

    /** Ends a row without taking it out, with all that follows from it; counts as one that was collected. */
    public void end(Changes more) {
        changes.addAll(more);
        for (Changes.Write write : more.writes()) {
            byte[] row = write.row();
            bytes += row == null ? 0 : row.length;
        }
        ended++;
    }

    /** Says that it makes rows that a workspace has asked for: they have room within the share of its plan only. */
    public void stayWithinShare() {
        changes.within(ReserveAccess.ASKED);
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

    /** Says that all is in it but the rows of its events and of their deliveries. */
    void noteCollected() {
        ownWrites = changes.writes().size();
    }

    /** Rows of events and deliveries that the commit has added. */
    int caused() {
        return changes.writes().size() - ownWrites;
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
