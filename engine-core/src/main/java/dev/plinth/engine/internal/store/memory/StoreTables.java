package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Memberships;
import dev.plinth.engine.internal.base.rows.NewRows;
import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.base.rows.ReserveAccess;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowVisitor;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.StoreFigures;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.memory.arena.SlabMemory;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.RetentionTimes;
import dev.plinth.engine.settings.TableShare;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All tables of a store with the sets that follow from their rows. A record is applied to them without a check, the
 * same way every time.
 */
public final class StoreTables implements AutoCloseable {
    private final TableFactory factory;
    private final List<TableName<?>> names;
    private final Table[] byNumber = new Table[128];
    private final TableName<?>[] nameByNumber = new TableName<?>[128];
    private final long[] changedAt = new long[128];
    private final SlabMemory slabs;
    private SlabHashMap map;
    private RowLocations locations;
    private OrderedSets sets;
    private final SetWriter memberships = new SetWriter();
    private volatile long version;
    private volatile long lastSequence;
    private long lastNumber;
    private volatile long lastTimeMillis;
    private final RowCount all = new RowCount();
    private final UsageCounter usageCounter;
    private final CapacityCheck capacityCheck;
    private final TableShares tableShares;
    private final RetentionTimes retention;
    private boolean inSets;
    private boolean torn;

    /** The table of a row that the present record has put in the place of another one, or null. For the writer only. */
    private @Nullable TableName<?> taken;

    /** Whether the journal has failed, and records were undone, since the present record was applied. */
    private boolean undone;

    private volatile long takenIds;

    private long takenBack;
    private volatile boolean closed;

    /** Makes empty tables. */
    public StoreTables(StoreSettings settings) {
        this(TableFactory.of(settings.kind()), settings);
    }

    /** Makes empty tables. */
    public StoreTables(TableFactory factory, StoreSettings settings) {
        this(factory, settings, factory.slabs());
    }

    private StoreTables(TableFactory factory, StoreSettings settings, SlabMemory slabs) {
        this(factory, settings, slabs, new SlabHashMap(slabs));
    }

    private StoreTables(TableFactory factory, StoreSettings settings, SlabMemory slabs, SlabHashMap map) {
        this.factory = factory;
        this.names = settings.tables();
        this.retention = settings.retention();
        for (TableName<?> name : names) {
            if (nameByNumber[name.number()] != null) {
                throw new IllegalStateException("Expected one table for number " + name.number() + ", but got "
                        + nameByNumber[name.number()] + " and " + name);
            }
            nameByNumber[name.number()] = name;
            byNumber[name.number()] = factory.create(
                    name.name(),
                    name.keyBytes(),
                    expected(settings.maxResources(), name.rowsPerResource()),
                    name.averageRowBytes());
        }
        this.slabs = slabs;
        this.map = map;
        this.locations = new RowLocations(map, slabs);
        this.sets = new OrderedSets(map, slabs);
        this.usageCounter = new UsageCounter(names);
        this.tableShares = new TableShares(names, byNumber, retention);
        this.capacityCheck = new CapacityCheck(factory, byNumber, usageCounter, tableShares, this::heapBytes);
    }

    /** Returns for how long rows are kept. */
    public RetentionTimes retention() {
        return retention;
    }

    /** Restores tables whose memory is there, as {@link #save} has left it. */
    public static StoreTables restore(TableFactory factory, StoreSettings settings, DataInput in) throws IOException {
        SlabMemory slabs = factory.slabs();
        slabs.restore(in);
        StoreTables tables = new StoreTables(factory, settings, slabs, new SlabHashMap(slabs, in));
        tables.startAt(in.readLong(), in.readLong(), in.readLong());
        long rows = 0;
        long bytes = 0;
        for (TableName<?> name : settings.tables()) {
            Table table = tables.byNumber[name.number()];
            table.recount(in.readLong(), in.readLong());
            table.restore(in);
            rows += table.size();
            bytes += table.bytes();
        }
        tables.all.set(rows, bytes);
        tables.usageCounter.restore(in);
        return tables;
    }

    /** Saves what is not in their memory. The tables must not change from then on. */
    public void save(DataOutput out) throws IOException {
        slabs.save(out);
        map.save(out);
        out.writeLong(lastSequence);
        out.writeLong(lastTimeMillis);
        out.writeLong(lastNumber);
        for (TableName<?> name : names) {
            Table table = byNumber[name.number()];
            out.writeLong(table.size());
            out.writeLong(table.bytes());
            table.save(out);
        }
        usageCounter.save(out);
    }

    /** Returns true if this table is among them. */
    public boolean has(TableName<?> table) {
        return byNumber[table.number()] != null;
    }

    public long version() {
        return version;
    }

    public long lastSequence() {
        return lastSequence;
    }

    public long lastNumber() {
        return lastNumber;
    }

    public long lastTimeMillis() {
        return lastTimeMillis;
    }

    public OrderedSets sets() {
        return sets;
    }

    /** Refuses once the tables are closed. */
    public void requireOpen() {
        if (closed) {
            throw closing();
        }
    }

    /** Returns the refusal of a call that came too late. */
    public static RefusedException closing() {
        return new RefusedException(Refusal.of(
                        ProblemCode.SHUTTING_DOWN,
                        "The engine is closing; nothing was changed. Send the call again once it is open.")
                .retryAfter(1));
    }

    public byte @Nullable [] get(TableName<?> table, byte[] key) {
        try {
            return byNumber[table.number()].get(key);
        } catch (RuntimeException e) {
            requireOpen();
            throw e;
        }
    }

    public byte @Nullable [] at(long number) {
        byte[] place = locations.get(number);
        return place == null ? null : byNumber[place[0]].get(Arrays.copyOfRange(place, 1, place.length));
    }

    /** Returns the key of the row with a number. */
    public byte @Nullable [] keyAt(long number) {
        byte[] place = locations.get(number);
        return place == null ? null : Arrays.copyOfRange(place, 1, place.length);
    }

    /** Returns the last record since opening that wrote to a table, or 0. For the writer only. */
    public long changedAt(TableName<?> table) {
        return changedAt[table.number()];
    }

    /**
     * Returns why these rows do not fit together, or null if they fit.
     *
     * @param plans returns the plan of a workspace
     */
    @Nullable
    public Refusal lacks(List<Changes.Write> writes, ReserveAccess reserve, Function<Id, Plan> plans) {
        return capacityCheck.lacks(writes, reserve, plans);
    }

    /**
     * Checks for a recovery that there is memory for so many bytes of rows.
     *
     * @throws IllegalStateException if there is none; the message says where and what to do
     */
    public void requireSpace(long bytes) {
        factory.requireSpace(bytes);
    }

    /** Applies a record that stands in the journal. */
    public void replay(Record record) {
        byte[] @Nullable [] unused = apply(record, false);
        complete(record);
    }

    /**
     * Applies a record. No reader sees it before {@link #complete}, and none if it is taken back by {@link #abandon}. If
     * it breaks off for lack of memory or stack, its changes are taken back before the cause is thrown on. {@link #isTorn}
     * tells whether that succeeded.
     *
     * @return the rows that were there before, one for each write
     * @throws RefusedException if a new row has the id of another one; then nothing was changed
     */
    public byte[] @Nullable [] apply(Record record) {
        return apply(record, true);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: volatile is for the readers
    private byte[] @Nullable [] apply(Record record, boolean isNew) {
        List<Changes.Write> writes = record.writes();
        byte[] @Nullable [] before = new byte[writes.size()][];
        int applied = 0;
        Changes.Write writing = null;
        taken = null;
        undone = false;
        begin();
        try {
            if (record.emptiesAll() && writes.isEmpty()) {
                empty();
            }
            while (applied < before.length) {
                Changes.Write write = writes.get(applied);
                byte[] row = write.row();
                if (row != null) {
                    Bytes.putLong(row, 0, record.sequence());
                }
                writing = write;
                byte[] old = exchange(write.table(), write.key(), row);
                writing = null;
                before[applied] = old;
                applied++;
                index(write.table(), write.key(), old, row);
            }
            TableName<?> table = taken;
            if (isNew && table != null) {
                takenIds = takenIds + 1;
                throw new RefusedException(Refusal.takenId(table.name()));
            }
            for (int i = 0; i < before.length; i++) {
                byNumber[writes.get(i).table().number()].endRecord();
            }
        } catch (RuntimeException | Error e) {
            torn |= isUnknown(e, writing, record.sequence());
            takeBack(writes, before, applied);
            end();
            throw e;
        }
        return before;
    }

    /** Shows an applied record to readers. Needs no memory, because the journal has the record already. */
    public void complete(Record record) {
        List<Changes.Write> writes = record.writes();
        for (int i = 0; i < writes.size() && !undone; i++) {
            changedAt[writes.get(i).table().number()] = record.sequence();
        }
        if (!undone) { // the journal may have failed while it took the record
            lastNumber = record.lastNumber();
            lastTimeMillis = record.timeMillis();
            lastSequence = record.sequence();
        }
        end();
    }

    /** Takes an applied record back, of which no reader has seen anything, with what {@link #apply} has returned. */
    public void abandon(Record record, byte[] @Nullable [] before) {
        takeBack(record.writes(), before, before.length);
        end();
    }

    /** Returns how many changes were refused because the source of ids had repeated itself. */
    public long takenIds() {
        return takenIds;
    }

    /**
     * Returns true if a table or a set may be left half written. Both survive missing memory, unless a row is written
     * and the one before it is not known. Neither survives a missing stack.
     *
     * @param writing the row at which the table broke off, or null if no table did
     */
    private boolean isUnknown(Throwable e, Changes.@Nullable Write writing, long sequence) {
        boolean inSet = inSets;
        inSets = false;
        if (e instanceof StackOverflowError) {
            return inSet || writing != null;
        }
        if (writing == null) {
            return false;
        }
        try {
            byte[] now = get(writing.table(), writing.key());
            return now == null ? writing.row() == null : RowReader.sequence(now) == sequence;
        } catch (RuntimeException | Error again) {
            return true;
        }
    }

    /** Restores the first rows of a record, the last one first. If that breaks off too, the tables are torn. */
    private void takeBack(List<Changes.Write> writes, byte[] @Nullable [] before, int applied) {
        takenBack++;
        for (TableName<?> name : names) {
            byNumber[name.number()].beginTakeBack();
        }
        try {
            for (int i = applied - 1; i >= 0; i--) {
                Changes.Write write = writes.get(i);
                byte[] now = exchange(write.table(), write.key(), before[i]);
                index(write.table(), write.key(), now, before[i]);
            }
        } catch (RuntimeException | Error e) {
            inSets = false;
            torn = true;
        }
        for (TableName<?> name : names) {
            byNumber[name.number()].endRecord();
        }
    }

    /**
     * Returns true once a change of a record could not be taken back. Then the tables have rows that no record has
     * written.
     */
    public boolean isTorn() {
        return torn;
    }

    /**
     * Returns how many times rows were taken back. A copy of rows that is made beside the writer may have them. For the
     * writer only.
     */
    public long takenBack() {
        return takenBack;
    }

    /** Sets the record up to which the loaded rows are complete. */
    public void startAt(long sequence, long timeMillis, long number) {
        lastSequence = sequence;
        lastTimeMillis = timeMillis;
        lastNumber = number;
    }

    /** Visits all rows of a table. Rows that are written meanwhile may be shown as they were or as they are. */
    public void forEach(TableName<?> name, RowVisitor visitor) throws IOException {
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

    /**
     * Visits all rows of a table likewise.
     *
     * @throws IllegalStateException if rows were taken back meanwhile that may have been shown
     */
    public void scan(TableName<?> name, BiConsumer<byte[], byte[]> visitor) {
        long before = takenBackSoFar();
        byNumber[name.number()].forEach(visitor);
        if (takenBackSoFar() != before) {
            throw new IllegalStateException("The rows of the table of " + name
                    + " could not be read beside a record that was taken back. Try again.");
        }
    }

    /** Returns how many times rows were taken back, for any thread: the version is written after it. */
    private long takenBackSoFar() {
        return version < 0 ? 0 : takenBack;
    }

    /** Returns why these rows of one workspace do not fit, or null if they fit. */
    public @Nullable Refusal lacks(Id workspace, Plan plan, List<NewRows> rows) {
        return capacityCheck.lacks(workspace, plan, rows);
    }

    /**
     * Undoes the last record, as if it had never been applied. Its answer has not left. The writer may be between
     * {@link #apply} and {@link #complete}.
     *
     * @param before the return value of {@link #apply} for it
     */
    public void undo(Record record, byte[] @Nullable [] before) {
        boolean applying = (version & 1) == 1;
        if (!applying) {
            begin();
        }
        takeBack(record.writes(), before, before.length);
        lastSequence = record.sequence() - 1;
        undone = true;
        if (!applying) {
            end();
        }
    }

    /**
     * Sets the time and number of the last record that is left after an undo. The last change of a table that an undone
     * record had written counts as one of that record, because it was not later.
     */
    public void standAt(long timeMillis, long number) {
        lastTimeMillis = timeMillis;
        lastNumber = number;
        for (int i = 0; i < changedAt.length; i++) {
            changedAt[i] = Math.min(changedAt[i], lastSequence);
        }
    }

    public void clear() {
        begin();
        empty();
        end();
    }

    private void empty() {
        for (TableName<?> name : names) {
            byNumber[name.number()].clear();
        }
        usageCounter.clear();
        all.clear();
        slabs.clear();
        map = new SlabHashMap(slabs);
        locations = new RowLocations(map, slabs);
        sets = new OrderedSets(map, slabs);
    }

    /** Returns the writes that remove all rows. */
    public List<Changes.Write> removals() {
        List<Changes.Write> removals = new ArrayList<>();
        for (TableName<?> name : names) {
            byNumber[name.number()].forEach((key, row) -> removals.add(new Changes.Write(name, key, null)));
        }
        return removals;
    }

    public byte[] stateHash() {
        return StateHash.of(names, byNumber, sets, locations, usageCounter);
    }

    /** Returns the bytes of all keys and rows. A snapshot takes six more for each row. */
    public long rowBytes() {
        return all.bytes();
    }

    /**
     * Returns about the memory of the rows on the heap, including everything around them. That is what they may take
     * with holes, or what the tables have taken, if an index was larger before.
     */
    private long heapBytes() {
        long taken = 0;
        for (TableName<?> name : names) {
            taken += byNumber[name.number()].memoryBytes();
        }
        return slabs.used() * Long.BYTES + Math.max(taken, ArenaTable.memoryBytes(all.rows(), all.bytes()));
    }

    public List<StoreFigures.TableUse> uses(int most) {
        List<StoreFigures.TableUse> uses = new ArrayList<>();
        for (TableName<?> name : names) {
            if (usageCounter.column(name) > 0) {
                uses.add(new StoreFigures.TableUse(
                        figures(name), byNumber[name.number()].bytesMax(), usageCounter.largest(name, most)));
            }
        }
        return uses;
    }

    /** Returns what a workspace uses of its plan's share of each table. */
    public List<StoreFigures.ShareUse> shares(Id workspace, Plan plan) {
        List<StoreFigures.ShareUse> uses = new ArrayList<>();
        TableShare[] shares = tableShares.make(plan);
        WorkspaceUsage usage = usageCounter.read(workspace);
        for (TableName<?> name : names) {
            int column = usageCounter.column(name);
            if (shares[name.number()] != null && column > 0) {
                long rows = usage == null ? 0 : usage.rows(column);
                long bytes = usage == null ? 0 : usage.bytes(column);
                uses.add(new StoreFigures.ShareUse(name.name(), rows, bytes, within(name, shares[name.number()])));
            }
        }
        return uses;
    }

    /** Returns the part of a share that the table holds. */
    private TableShare within(TableName<?> name, TableShare share) {
        Table table = byNumber[name.number()];
        return new TableShare(Math.min(share.rows(), table.rowsMax()), Math.min(share.bytes(), table.bytesMax()));
    }

    public StoreFigures.@Nullable Outgrown outgrownBy(Plan plan) {
        return tableShares.outgrownBy(plan);
    }

    private StoreFigures.TableFigures figures(TableName<?> name) {
        Table table = byNumber[name.number()];
        return new StoreFigures.TableFigures(name.name(), table.size(), table.bytes(), table.rowsMax());
    }

    public List<StoreFigures.TableFigures> figures() {
        List<StoreFigures.TableFigures> figures = new ArrayList<>();
        for (TableName<?> name : names) {
            figures.add(figures(name));
        }
        figures.add(new StoreFigures.TableFigures("sets", map.size(), slabs.used() * Long.BYTES, 0));
        return figures;
    }

    /**
     * Closes the tables, also beside readers, which are refused. The version stays odd, so that no read of several rows
     * counts as undisturbed.
     */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            begin();
        }
        for (TableName<?> name : names) {
            byNumber[name.number()].close();
        }
        slabs.close();
    }

    /** Puts or removes a row, without the sets that follow from it. */
    public byte @Nullable [] exchange(TableName<?> name, byte[] key, byte @Nullable [] row) {
        Table table = byNumber[name.number()];
        // Anything that needs memory comes before the row changes.
        byte[] known = row == null ? table.get(key) : row;
        WorkspaceUsage workspaceUsage = known == null ? null : usageCounter.of(name, key, known);
        byte[] before = table.exchange(key, row);
        all.changed(key, before, row);
        if (workspaceUsage != null) {
            usageCounter.changed(workspaceUsage, name, key, before, row);
        }
        return before;
    }

    /** Updates the sets and locations that follow from a row. */
    public void index(TableName<?> table, byte[] key, byte @Nullable [] before, byte @Nullable [] after) {
        table.index().update(table, key, before, after, memberships);
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
    private final class SetWriter extends Memberships {
        @Override
        public void taken(TableName<?> table) {
            taken = table;
        }

        @Override
        public void add(SetKey set, long number) {
            inSets = true;
            sets.add(set, number);
            inSets = false;
        }

        @Override
        public boolean remove(SetKey set, long number) {
            inSets = true;
            sets.remove(set, number);
            inSets = false;
            return sets.ceiling(set, 0) == Rows.NONE;
        }

        @Override
        public void place(long number, TableName<?> table, byte[] key) {
            inSets = true;
            locations.put(number, table.number(), key);
            inSets = false;
        }

        @Override
        public void unplace(long number) {
            inSets = true;
            locations.remove(number);
            inSets = false;
        }
    }
}
