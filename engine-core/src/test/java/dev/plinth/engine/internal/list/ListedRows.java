package dev.plinth.engine.internal.list;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowIndex;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowSets;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.MemoryJournal;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.RetentionTimes;
import dev.plinth.engine.settings.Tables;
import java.util.ArrayList;
import java.util.List;

/** A list of numbered rows in a store, and a count of what is read of it. */
final class ListedRows implements Rows {
    static final SetKey SET = new SetKey(100, 0, 0);
    static final TableName<RowReader> TABLE = TableName.of(
            101,
            "listed",
            8,
            32,
            1,
            TableName.Owner.ENGINE,
            new RowIndex<>(row -> new RowReader(row, 1), ListedRows::tell));
    private static final int WRITES_PER_RECORD = 1000;

    private final Store store = Store.open(
            new StoreSettings(Tables.HEAP, List.of(TABLE), 1_000_000), new MemoryJournal(), EngineClock.system());
    private int rowsRead;
    private int setSteps;

    void add(long from, long to) {
        for (long start = from; start < to; start += WRITES_PER_RECORD) {
            List<Changes.Write> writes = new ArrayList<>();
            for (long number = start; number < Math.min(to, start + WRITES_PER_RECORD); number++) {
                writes.add(new Changes.Write(
                        TABLE, key(number), new RowWriter(1).number(number).row()));
            }
            append(writes);
        }
    }

    void remove(long number) {
        append(List.of(new Changes.Write(TABLE, key(number), null)));
    }

    /** Rows read since the last call. */
    int takeRowsRead() {
        int read = rowsRead;
        rowsRead = 0;
        return read;
    }

    /** Steps along the set since the last call. */
    int takeSetSteps() {
        int steps = setSteps;
        setSteps = 0;
        return steps;
    }

    static long number(byte[] row) {
        return new RowReader(row, 1).number();
    }

    @Override
    public byte[] get(TableName<?> table, byte[] key) {
        rowsRead++;
        return store.viewToAnswer().get(table, key);
    }

    @Override
    public long floor(SetKey set, long number) {
        setSteps++;
        return store.viewToAnswer().floor(set, number);
    }

    @Override
    public long ceiling(SetKey set, long number) {
        setSteps++;
        return store.viewToAnswer().ceiling(set, number);
    }

    @Override
    public long size(SetKey set) {
        return store.viewToAnswer().size(set);
    }

    @Override
    public byte[] at(long number) {
        rowsRead++;
        return store.viewToAnswer().at(number);
    }

    @Override
    public byte[] keyAt(long number) {
        return store.viewToAnswer().keyAt(number);
    }

    @Override
    public RetentionTimes retention() {
        return store.retention();
    }

    private void append(List<Changes.Write> writes) {
        long unused = store.write(transaction -> transaction.append(writes, transaction.nowMillis()));
    }

    private static byte[] key(long number) {
        byte[] key = new byte[8];
        Bytes.putLong(key, 0, number);
        return key;
    }

    private static void tell(byte[] key, RowReader row, RowSets sets) {
        long number = row.number();
        sets.place(number);
        sets.member(SET, number);
    }
}
