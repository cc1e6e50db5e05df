package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.ReserveAccess;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.StoredRow;
import dev.plinth.engine.internal.base.rows.TableName;

/** The rows of one step of the sweep, limited in rows and bytes. Not thread-safe. */
public final class SweepBatch {
    private final Changes changes = new Changes().within(ReserveAccess.RECORDED);
    private int removed;
    private int ended;
    private int ownWrites;
    private long bytes;

    /** Begins an empty batch. */
    public SweepBatch() {}

    /** Returns true if nothing more should be added. */
    public boolean isFull() {
        return roomRows() <= 0 || bytes >= Limits.SWEEP_BYTES_MAX;
    }

    /** Removes a row of about so many bytes. */
    public void remove(TableName<?> table, byte[] key, int rowBytes) {
        changes.remove(table, key);
        removed++;
        bytes += rowBytes;
    }

    /** Removes a row that was found in a set. */
    public void remove(StoredRow<?> row) {
        remove(row.table(), row.key(), row.bytes().length);
    }

    /** Removes the row under a key, if there is one. */
    public void removeIfPresent(Rows rows, TableName<?> table, byte[] key) {
        byte[] row = rows.get(table, key);
        if (row != null) {
            remove(table, key, row.length);
        }
    }

    /** Removes the rows of a set. Returns false if not all of them went into the batch. */
    public boolean removeAll(Rows rows, SetKey set, TableName<?> table) {
        for (StoredRow<?> row : rows.in(table, set)) {
            if (isFull()) {
                return false;
            }
            remove(row);
        }
        return true;
    }

    /** Ends a row without removing it. It counts as collected. */
    public void end(TableName<?> table, byte[] key, byte[] row) {
        put(table, key, row);
        ended++;
    }

    /** Ends a row without removing it, with all changes that follow. It counts as collected. */
    public void end(Changes more) {
        changes.addAll(more);
        for (Changes.Write write : more.writes()) {
            byte[] row = write.row();
            bytes += row == null ? 0 : row.length;
        }
        ended++;
    }

    /** Limits the batch to the share of the workspace's plan, because it makes rows that a workspace has asked for. */
    public void stayWithinShare() {
        changes.within(ReserveAccess.ASKED);
    }

    public void put(TableName<?> table, byte[] key, byte[] row) {
        changes.put(table, key, row);
        bytes += row.length;
    }

    /** Returns how many rows still fit. */
    public int roomRows() {
        return Limits.SWEEP_ROWS_MAX - changes.writes().size();
    }

    boolean isEmpty() {
        return changes.isEmpty();
    }

    public Changes changes() {
        return changes;
    }

    /** Records that the batch is complete except for the rows of its events and their deliveries. */
    void noteCollected() {
        ownWrites = changes.writes().size();
    }

    /** Returns the rows of events and deliveries that the commit has added. */
    int caused() {
        return changes.writes().size() - ownWrites;
    }

    /** Returns the rows that it removes. */
    int removed() {
        return removed;
    }

    /** Returns the rows that it removes or ends. */
    int collected() {
        return removed + ended;
    }
}
