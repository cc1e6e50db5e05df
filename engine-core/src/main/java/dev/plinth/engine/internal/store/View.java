package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.RowReader;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.TableName;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows and remembers the highest sequence it has shown, so that nobody is told what a crash could take away.
 *
 * <p>What is absent was seen too: a miss counts as the last append before it. Not thread-safe; one view, one reader.
 */
public final class View implements Rows {
    private final StoreTables tables;
    private final boolean rowByRow;
    private long highest;
    private long lastAtStart;
    private int reads;

    /**
     * A view of these tables.
     *
     * @param rowByRow true if nothing validates it as a whole, so that each row has to be right alone
     */
    View(StoreTables tables, boolean rowByRow) {
        this.tables = tables;
        this.rowByRow = rowByRow;
    }

    void begin() {
        highest = 0;
        lastAtStart = tables.lastSequence();
        reads = 0;
    }

    /**
     * True if what was read is right whatever the writer did meanwhile: one row at most, of a record that was whole when the read
     * began. A younger row may be one that is being taken back.
     */
    boolean standsAlone() {
        return reads <= 1 && highest <= lastAtStart;
    }

    /** The sequence that an answer made of these rows has to wait for. */
    public long highest() {
        return highest;
    }

    @Override
    public byte @Nullable [] get(TableName table, byte[] key) {
        byte[] row = rowByRow ? getWhole(table, key) : tables.get(table, key);
        // A row carries its sequence, a miss does not: what made it may be younger than the last append at the start.
        reads += row == null ? 2 : 1;
        see(row);
        return row;
    }

    /** The row as a record has left it that is applied to its end: one that is being applied may be taken back. */
    private byte @Nullable [] getWhole(TableName table, byte[] key) {
        for (int tries = 1; ; tries++) {
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

    private void see(byte @Nullable [] row) {
        highest = Math.max(highest, row == null ? lastAtStart : RowReader.sequence(row));
    }
}
