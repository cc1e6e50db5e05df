package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.settings.RetentionTimes;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows and remembers the highest sequence that it has shown, so that no caller is told what a crash could take
 * away.
 *
 * <p>An absent row counts as seen with the last append before it. Not thread-safe; one view, one reader.
 */
public final class View implements Rows {
    private final StoreTables tables;
    private final @Nullable EngineTime time;
    private final boolean rowByRow;
    private long highest;
    private long lastAtStart;
    private long versionAtStart;
    private int reads;

    /**
     * Makes a view of these tables.
     *
     * @param time the time of the store; null while no store runs
     * @param rowByRow true if it is not validated as a whole, so that each row has to be right alone
     */
    View(StoreTables tables, @Nullable EngineTime time, boolean rowByRow) {
        this.tables = tables;
        this.time = time;
        this.rowByRow = rowByRow;
    }

    void begin() {
        versionAtStart = tables.version();
        highest = 0;
        lastAtStart = tables.lastSequence();
        reads = 0;
    }

    /**
     * Returns true if the rows are right whatever the writer did meanwhile. That is at most one row, of a record that
     * was complete when the read began. A younger row may be one that is being taken back.
     */
    boolean standsAlone() {
        return reads <= 1 && highest <= lastAtStart;
    }

    /**
     * Returns true if the rows that it has shown are those of now, and absent rows still absent. The version only rises,
     * also when rows are taken back.
     */
    public boolean isUnchanged() {
        return (versionAtStart & 1) == 0 && tables.version() == versionAtStart;
    }

    /** Returns the sequence for which an answer of these rows has to wait. */
    public long highest() {
        return highest;
    }

    @Override
    public byte @Nullable [] get(TableName<?> table, byte[] key) {
        byte[] row = rowByRow ? getWhole(table, key) : tables.get(table, key);
        // A row has its sequence, a miss does not: the removal may be younger than the last append at the start.
        reads += row == null ? 2 : 1;
        see(row);
        return row;
    }

    /**
     * Returns the row as a completely applied record has left it, because a record that is being applied may be taken
     * back.
     */
    private byte @Nullable [] getWhole(TableName<?> table, byte[] key) {
        for (int tries = 1; ; tries++) {
            tables.requireOpen();
            long last = tables.lastSequence();
            long before = tables.version();
            byte[] row = tables.get(table, key);
            VarHandle.acquireFence();
            if (row != null && RowReader.sequence(row) <= last || (before & 1) == 0 && tables.version() == before) {
                return row;
            }
            if (tries < Limits.READ_TRIES_MAX) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    @Override
    public long floor(SetKey set, long number) {
        reads += 2;
        see(null);
        return tables.sets().floor(set, number);
    }

    @Override
    public long ceiling(SetKey set, long number) {
        reads += 2;
        see(null);
        return tables.sets().ceiling(set, number);
    }

    @Override
    public long size(SetKey set) {
        reads += 2;
        see(null);
        return tables.sets().size(set);
    }

    @Override
    public byte @Nullable [] at(long number) {
        reads += 2;
        byte[] row = tables.at(number);
        see(row);
        return row;
    }

    @Override
    public byte @Nullable [] keyAt(long number) {
        reads += 2;
        see(null);
        return tables.keyAt(number);
    }

    @Override
    public long expiryTime(long nowMillis) {
        return time == null ? nowMillis : time.expiryTime(nowMillis);
    }

    @Override
    public long expiryTime(long beganMillis, long nowMillis) {
        return time == null ? nowMillis : time.expiryTime(beganMillis, nowMillis);
    }

    @Override
    public RetentionTimes retention() {
        return tables.retention();
    }

    private void see(byte @Nullable [] row) {
        highest = Math.max(highest, row == null ? lastAtStart : RowReader.sequence(row));
    }
}
