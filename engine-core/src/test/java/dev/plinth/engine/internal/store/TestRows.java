package dev.plinth.engine.internal.store;

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
import dev.plinth.engine.internal.store.log.Journal;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Tables;
import java.util.List;

/** The smallest room: rows with a place in one list and a value. */
public final class TestRows {
    public static final TableName<?> TABLE =
            TableName.of(101, "parcels", 16, 40, 1, TableName.Owner.KEY, new RowIndex<>(row -> row, TestRows::tell));
    static final SetKey ALL = new SetKey(100, 0, 0);

    private TestRows() {}

    static Store open(Tables kind, Journal journal, EngineClock clock) {
        return Store.open(settings(kind), journal, clock);
    }

    static StoreSettings settings(Tables kind) {
        return new StoreSettings(kind, List.of(TABLE), 100_000);
    }

    /** Writes one parcel in a record of its own; gives back the record's sequence. */
    static long put(Store store, long id, long value) {
        return store.write(
                transaction -> transaction.append(List.of(write(transaction, id, value)), transaction.nowMillis()));
    }

    static long remove(Store store, long id) {
        return store.write(transaction -> transaction.append(List.of(removal(id)), transaction.nowMillis()));
    }

    public static Changes.Write write(Transaction transaction, long id, long value) {
        byte[] old = transaction.get(TABLE, key(id));
        long number = old == null ? transaction.nextNumbers(1) : number(old);
        return new Changes.Write(
                TABLE, key(id), new RowWriter(1).number(number).number(value).row());
    }

    public static Changes.Write removal(long id) {
        return new Changes.Write(TABLE, key(id), null);
    }

    public static byte[] key(long id) {
        byte[] key = new byte[16];
        Bytes.putLong(key, 8, id);
        return key;
    }

    /** The value of a parcel, or -1. */
    static long value(Rows rows, long id) {
        byte[] row = rows.get(TABLE, key(id));
        return row == null ? -1 : value(row);
    }

    static long value(byte[] row) {
        RowReader in = new RowReader(row, 1);
        long unused = in.number();
        return in.number();
    }

    private static long number(byte[] row) {
        return new RowReader(row, 1).number();
    }

    private static void tell(byte[] key, byte[] row, RowSets sets) {
        sets.place(number(row));
        sets.member(ALL, number(row));
    }
}
