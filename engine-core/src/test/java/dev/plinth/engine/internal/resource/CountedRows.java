package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.settings.RetentionTimes;
import org.jspecify.annotations.Nullable;

/** Counts what is read of other rows. */
final class CountedRows implements Rows {
    private final Rows rows;
    private int read;
    private int steps;

    CountedRows(Rows rows) {
        this.rows = rows;
    }

    /** Rows that were asked for. */
    int read() {
        return read;
    }

    /** Steps through sets, and questions for their sizes. */
    int steps() {
        return steps;
    }

    @Override
    public byte @Nullable [] get(TableName<?> table, byte[] key) {
        read++;
        return rows.get(table, key);
    }

    @Override
    public long floor(SetKey set, long number) {
        steps++;
        return rows.floor(set, number);
    }

    @Override
    public long ceiling(SetKey set, long number) {
        steps++;
        return rows.ceiling(set, number);
    }

    @Override
    public long size(SetKey set) {
        steps++;
        return rows.size(set);
    }

    @Override
    public byte @Nullable [] at(long number) {
        read++;
        return rows.at(number);
    }

    @Override
    public byte @Nullable [] keyAt(long number) {
        read++;
        return rows.keyAt(number);
    }

    @Override
    public RetentionTimes retention() {
        return rows.retention();
    }
}
