package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Changes;
import dev.plinth.engine.internal.base.Memberships;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.TableName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All tables of a store with the sets that follow from their rows: what a record is applied to, blindly and the same way every
 * time.
 */
final class Tables implements AutoCloseable {
    private static final String NO_SPACE =
            "the file system that the tables are mapped from is full; nothing was changed. Free some space; it goes on by itself.";

    private final TableFactory factory;
    private final List<TableName> names;
    private final Table[] byNumber = new Table[128];
    private final TableName[] nameByNumber = new TableName[128];
    private final long[] changedAt = new long[128];
    private final Words words;
    private WordMap map;
    private Places places;
    private OrderedSets sets;
    private final SetWriter memberships = new SetWriter();
    private volatile long version;
    private volatile long lastSequence;
    private long lastNumber;
    private volatile long lastTimeMillis;

    /** Empty tables. */
    Tables(TableKind kind, List<TableName> names, long maxResources) {
        this(kind.factory(), names, maxResources);
    }

    /** Empty tables. */
    Tables(TableFactory factory, List<TableName> names, long maxResources) {
        this(factory, names, maxResources, factory.words());
    }

    private Tables(TableFactory factory, List<TableName> names, long maxResources, Words words) {
        this(factory, names, maxResources, words, new WordMap(words));
    }

    private Tables(TableFactory factory, List<TableName> names, long maxResources, Words words, WordMap map) {
        this.factory = factory;
        this.names = names;
        for (TableName name : names) {
            if (nameByNumber[name.number()] != null) {
                throw new IllegalStateException("Expected one table for number " + name.number() + ", but got "
                        + nameByNumber[name.number()] + " and " + name);
            }
            nameByNumber[name.number()] = name;
            byNumber[name.number()] = factory.create(
                    name.name(),
                    name.keyBytes(),
                    expected(maxResources, name.rowsPerResource()),
                    name.averageRowBytes());
        }
        this.words = words;
        this.map = map;
        this.places = new Places(map, words);
        this.sets = new OrderedSets(map, words);
    }

    /** Tables whose memory is there, as {@link #save} has left it. */
    static Tables restore(TableFactory factory, List<TableName> names, long maxResources, DataInput in)
            throws IOException {
        Words words = factory.words();
        words.restore(in);
        Tables tables = new Tables(factory, names, maxResources, words, new WordMap(words, in));
        tables.startAt(in.readLong(), in.readLong(), in.readLong());
        for (TableName name : names) {
            tables.byNumber[name.number()].recount(in.readLong(), in.readLong());
        }
        return tables;
    }

    /** Writes down what does not stand in their memory; nobody may change them from then on. */
    void save(DataOutput out) throws IOException {
        words.save(out);
        map.save(out);
        out.writeLong(lastSequence);
        out.writeLong(lastTimeMillis);
        out.writeLong(lastNumber);
        for (TableName name : names) {
            Table table = byNumber[name.number()];
            out.writeLong(table.size());
            out.writeLong(table.bytes());
        }
    }

    long version() {
        return version;
    }

    long lastSequence() {
        return lastSequence;
    }

    long lastNumber() {
        return lastNumber;
    }

    long lastTimeMillis() {
        return lastTimeMillis;
    }

    OrderedSets sets() {
        return sets;
    }

    byte @Nullable [] get(TableName table, byte[] key) {
        return byNumber[table.number()].get(key);
    }

    byte @Nullable [] at(long number) {
        byte[] place = places.get(number);
        return place == null ? null : byNumber[place[0]].get(Arrays.copyOfRange(place, 1, place.length));
    }

    /** The key of the row that a number stands for. */
    byte @Nullable [] keyAt(long number) {
        byte[] place = places.get(number);
        return place == null ? null : Arrays.copyOfRange(place, 1, place.length);
    }

    /** The last record since opening that wrote to a table; 0 if none did. For the writer only. */
    long changedAt(TableName table) {
        return changedAt[table.number()];
    }

    /** What is in the way of these rows, with what follows from them, and what to do, to go on a sentence with; null if all of them fit. */
    @Nullable
    String lacks(List<Changes.Write> writes) {
        long bytes = 0;
        for (Changes.Write write : writes) {
            byte[] row = write.row();
            Table table = byNumber[write.table().number()];
            if (row == null) {
                continue;
            }
            if (row.length > table.maxRowBytes()) {
                return "a row of " + row.length + " bytes is too long for the table of "
                        + write.table().name() + ", which takes " + table.maxRowBytes()
                        + "; nothing was changed. Send less.";
            }
            // Only a table that is nearly full is asked what it has: a look-up may copy the row.
            boolean hasAmple = table.hasRoom(writes.size(), write.key().length + (long) row.length);
            if (!hasAmple && !hasRoomFor(write, row, table, writes.size())) {
                return "the table of " + write.table().name() + " is full with " + table.size() + " rows (laid out for "
                        + table.capacityRows()
                        + " of usual length); nothing was changed. There is room again when rows are deleted or expire; for more, start"
                        + " the engine with a larger number of resources.";
            }
            bytes += write.key().length + row.length;
        }
        return bytes == 0 || factory.hasSpace(bytes) ? null : NO_SPACE;
    }

    /**
     * For a recovery, which asks nobody else whether there is memory for so many bytes of rows.
     *
     * @throws IllegalStateException if there is none; the message says where and what to do
     */
    void requireSpace(long bytes) {
        factory.requireSpace(bytes);
    }

    private static boolean hasRoomFor(Changes.Write write, byte[] row, Table table, int moreRows) {
        byte[] before = table.get(write.key());
        return before == null
                ? table.hasRoom(moreRows, write.key().length + (long) row.length)
                : table.hasRoom(0, (long) row.length - before.length);
    }

    /** Applies a record, and gives back the writes that would undo it, the last one first. */
    List<Changes.Write> apply(Record record) {
        List<Changes.Write> writes = record.writes();
        List<Changes.Write> undo = new ArrayList<>(writes.size());
        begin();
        try {
            for (int i = 0; i < writes.size(); i++) {
                Changes.Write write = writes.get(i);
                byte[] row = write.row();
                if (row != null) {
                    Bytes.putLong(row, 0, record.sequence());
                }
                byte[] before = exchange(write.table(), write.key(), row);
                undo.add(new Changes.Write(write.table(), write.key(), before));
                changedAt[write.table().number()] = record.sequence();
                index(write.table(), write.key(), before, row);
            }
        } catch (RuntimeException | Error e) {
            try {
                takeBack(undo);
            } finally {
                end();
            }
            throw e;
        }
        lastNumber = record.lastNumber();
        lastTimeMillis = record.timeMillis();
        lastSequence = record.sequence();
        end();
        return undo;
    }

    private void takeBack(List<Changes.Write> before) {
        for (int i = before.size() - 1; i >= 0; i--) {
            replace(before.get(i));
        }
    }

    /** Says after which record the rows stand that were loaded. */
    void startAt(long sequence, long timeMillis, long number) {
        lastSequence = sequence;
        lastTimeMillis = timeMillis;
        lastNumber = number;
    }

    /** Shows all rows of a table; rows that are written meanwhile may be shown as they were or as they are. */
    void forEach(TableName name, RowVisitor visitor) throws IOException {
        try {
            byNumber[name.number()].forEach((key, row) -> {
                try {
                    visitor.visit(key, row);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Takes a record back: as if it had never been applied. */
    void undo(List<Changes.Write> before, long sequenceBefore) {
        begin();
        takeBack(before);
        lastSequence = sequenceBefore;
        end();
    }

    /**
     * Says how far the rows stand that are left after an undo. Of a table that an undone record had written to, the last change counts
     * as one of the last record that is left: it was not later.
     */
    void standAt(long timeMillis, long number) {
        lastTimeMillis = timeMillis;
        lastNumber = number;
        for (int i = 0; i < changedAt.length; i++) {
            changedAt[i] = Math.min(changedAt[i], lastSequence);
        }
    }

    void clear() {
        begin();
        for (TableName name : names) {
            byNumber[name.number()].clear();
        }
        words.clear();
        map = new WordMap(words);
        places = new Places(map, words);
        sets = new OrderedSets(map, words);
        end();
    }

    /** The writes that take all rows out, in portions. */
    List<List<Changes.Write>> removals(int perPortion) {
        List<List<Changes.Write>> portions = new ArrayList<>();
        for (TableName name : names) {
            byNumber[name.number()].forEach((key, row) -> {
                if (portions.isEmpty() || portions.get(portions.size() - 1).size() == perPortion) {
                    portions.add(new ArrayList<>());
                }
                portions.get(portions.size() - 1).add(new Changes.Write(name, key, null));
            });
        }
        return portions;
    }

    byte[] stateHash() {
        byte[] sum = new byte[32];
        for (TableName name : names) {
            byte[] number = {(byte) name.number()};
            byNumber[name.number()].forEach((key, row) -> add(sum, Bytes.sha256(number, key, row)));
        }
        sets.forEach(member -> add(sum, Bytes.sha256(member)));
        places.forEach((key, row) -> add(sum, Bytes.sha256(key, row)));
        return sum;
    }

    private static void add(byte[] sum, byte[] hash) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += hash[i];
        }
    }

    /** Bytes of all keys and rows; a snapshot takes six more for each row. */
    long rowBytes() {
        long bytes = 0;
        for (TableName name : names) {
            bytes += byNumber[name.number()].bytes();
        }
        return bytes;
    }

    List<Store.TableFigures> figures() {
        List<Store.TableFigures> figures = new ArrayList<>();
        for (TableName name : names) {
            Table table = byNumber[name.number()];
            figures.add(new Store.TableFigures(name.name(), table.size(), table.bytes(), table.capacityRows()));
        }
        figures.add(new Store.TableFigures("sets", map.size(), words.used() * Long.BYTES, 0));
        return figures;
    }

    @Override
    public void close() {
        for (TableName name : names) {
            byNumber[name.number()].close();
        }
        words.close();
    }

    private byte @Nullable [] replace(Changes.Write write) {
        byte[] before = exchange(write.table(), write.key(), write.row());
        index(write.table(), write.key(), before, write.row());
        return before;
    }

    /** Puts a row or takes it out, without what follows from it. */
    byte @Nullable [] exchange(TableName table, byte[] key, byte @Nullable [] row) {
        return byNumber[table.number()].exchange(key, row);
    }

    /** Keeps the sets and places that follow from a row. */
    void index(TableName table, byte[] key, byte @Nullable [] before, byte @Nullable [] after) {
        table.indexer().index(key, before, after, memberships);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: volatile is for the readers
    private void begin() {
        version = version + 1;
        // The words of the sets are plain memory: none of them may be written before the version is odd.
        VarHandle.storeStoreFence();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: volatile is for the readers
    private void end() {
        version = version + 1;
    }

    private static long expected(long maxResources, double each) {
        return Math.max(1000, (long) (maxResources * each));
    }

    /** Writes memberships into the sets. */
    private final class SetWriter implements Memberships {
        @Override
        public void add(SetKey set, long number) {
            sets.add(set, number);
        }

        @Override
        public boolean remove(SetKey set, long number) {
            sets.remove(set, number);
            return sets.ceiling(set, 0) == Rows.NONE;
        }

        @Override
        public void place(long number, TableName table, byte[] key) {
            places.put(number, table.number(), key);
        }

        @Override
        public void unplace(long number) {
            places.remove(number);
        }
    }

    /** Takes the rows of a table. */
    @FunctionalInterface
    interface RowVisitor {
        void visit(byte[] key, byte[] row) throws IOException;
    }
}
