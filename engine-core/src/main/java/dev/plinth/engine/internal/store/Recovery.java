package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.log.Frame;
import dev.plinth.engine.internal.store.log.JournalEnd;
import dev.plinth.engine.internal.store.log.JournalReader;
import dev.plinth.engine.internal.store.log.JournalState;
import dev.plinth.engine.internal.store.log.JournalVisitor;
import dev.plinth.engine.internal.store.log.RecordCodec;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.Snapshot;
import dev.plinth.engine.internal.store.log.StoreDamageException;
import dev.plinth.engine.internal.store.log.StoreId;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.internal.store.log.TornTail;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.internal.store.log.upgrade.RowConversion;
import dev.plinth.engine.internal.store.log.upgrade.StoreFormat;
import dev.plinth.engine.internal.store.memory.StoreTables;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the tables of a directory again: the newest whole snapshot, then every record after it. A torn tail is zeroed.
 * A damaged store is not opened, and the message says where the damage is. Nothing is changed before everything was
 * read.
 */
final class Recovery implements JournalVisitor {
    private static final System.Logger LOG = Log.of(Recovery.class);

    private final Disk disk;
    private final StoreTables tables;
    private final List<TableName<?>> all;
    private final RowConversion conversion;
    private final RecordCodec codec;
    private final RecoveryProgress progress;
    private final StoreNames names;
    private final @Nullable StoreId store;
    private final @Nullable JournalState state;
    private long sequence;
    private int crc;
    private long epoch;
    private long behindLimit;
    private String damagedSnapshot = "";

    private Recovery(Disk disk, StoreTables tables, List<TableName<?>> all, RowConversion conversion)
            throws IOException {
        this.disk = disk;
        this.tables = tables;
        this.all = all;
        this.conversion = conversion;
        this.codec = new RecordCodec(all);
        this.progress = new RecoveryProgress();
        this.names = StoreNames.of(disk);
        this.store = names.storeId(disk);
        this.state = JournalState.read(disk);
    }

    /**
     * Makes the tables of a directory.
     *
     * @param quick where a clean close may have left them; null for none
     * @throws IllegalStateException if the directory is damaged; the message says where and what to do
     */
    static RecoveredTables run(Disk disk, StoreSettings settings, @Nullable QuickRestart quick) {
        try {
            StoreFormat.requireCurrent(disk, StoreNames.of(disk));
            if (quick != null) {
                quick.requireOf(StoreNames.of(disk).storeId(disk));
            }
            RecoveredTables left = quick == null ? null : resume(disk, settings, quick);
            return left != null ? left : begin(disk, settings, quick);
        } catch (StoreDamageException damage) {
            throw new IllegalStateException(
                    "Expected a store without damage, but " + damage.what()
                            + "; nothing was changed. Run plinth.jar verify DIR to see what is whole. Restore a copy of the"
                            + " directory that is whole, or run plinth.jar recover --accept-loss DIR to go on without what"
                            + " is behind the damage.",
                    damage);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Expected to read the store, but the disk failed: " + e.getMessage() + "; check the disk.", e);
        }
    }

    /**
     * Makes the tables of a directory likewise, and changes nothing in it.
     *
     * @throws IOException if the disk fails
     * @throws StoreDamageException if the directory is damaged
     */
    static RecoveredTables read(Disk disk, StoreSettings settings) throws IOException {
        StoreFormat.requireCurrent(disk, StoreNames.of(disk));
        return read(disk, settings, RowConversion.NONE);
    }

    /** Makes the tables of a directory likewise, with the rows of an older format converted. */
    static RecoveredTables read(Disk disk, StoreSettings settings, RowConversion conversion) throws IOException {
        StoreTables tables = new StoreTables(settings);
        try {
            Recovery recovery = new Recovery(disk, tables, settings.tables(), conversion);
            JournalReader.Tail tail = recovery.fill();
            TornTail torn = TornTail.of(disk, tail);
            if (torn != null && torn.mayHoldMore()) {
                throw new StoreDamageException(
                        torn.what() + ", and a start of an engine would keep a copy of them",
                        torn.segment(),
                        torn.from());
            }
            return new RecoveredTables(tables, recovery.end(tail), recovery.behindLimit);
        } catch (IOException | RuntimeException | Error e) {
            tables.close();
            throw e;
        }
    }

    private static RecoveredTables begin(Disk disk, StoreSettings settings, @Nullable QuickRestart quick)
            throws IOException {
        StoreTables tables = quick == null ? new StoreTables(settings) : quick.begin(Snapshot.newestBytes(disk));
        try {
            Recovery recovery = new Recovery(disk, tables, settings.tables(), RowConversion.NONE);
            JournalEnd end = recovery.repair(recovery.fill());
            return new RecoveredTables(tables, end, recovery.behindLimit);
        } catch (IOException | RuntimeException | Error e) {
            tables.close();
            if (quick != null) {
                quick.discard();
            }
            throw e;
        }
    }

    /**
     * Replays the records after the left tables. Returns null if there are no such tables or the journal does not fit
     * them.
     */
    private static @Nullable RecoveredTables resume(Disk disk, StoreSettings settings, QuickRestart quick) {
        RecoveredTables left = quick.find();
        if (left == null) {
            return null;
        }
        try {
            Recovery recovery = new Recovery(disk, left.tables(), settings.tables(), RowConversion.NONE);
            recovery.sequence = left.end().sequence();
            recovery.crc = left.end().crc();
            recovery.epoch = left.end().epoch();
            JournalReader.Tail tail = recovery.replay(recovery.sequence);
            return new RecoveredTables(left.tables(), recovery.repair(tail), recovery.behindLimit);
        } catch (IOException | RuntimeException e) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "The tables of the last clean close cannot be used and are made again from the journal: "
                            + e.getMessage());
            left.tables().close();
            return null;
        } catch (Error e) {
            left.tables().close();
            throw e;
        }
    }

    /**
     * Tables with all records of a journal.
     *
     * @param end where the journal goes on
     * @param behindLimit records of the journal that do not count, because a later opening did not read them
     */
    record RecoveredTables(StoreTables tables, JournalEnd end, long behindLimit) {}

    private JournalReader.Tail fill() throws IOException {
        return replay(loadSnapshot());
    }

    private JournalReader.Tail replay(long mustReach) throws IOException {
        if (names.segments().isEmpty() && !names.snapshots().isEmpty()) {
            String newest = Snapshot.name(names.snapshots().get(0));
            throw new StoreDamageException("every file of the journal behind " + newest + " is missing", newest, 0);
        }
        progress.journal(names.segments().size());
        JournalReader.Tail tail;
        try {
            tail = JournalReader.behind(disk, store, sequence, crc, this).read(names.segments());
        } catch (StoreDamageException damage) {
            throw damagedSnapshot.isEmpty()
                    ? damage
                    : new StoreDamageException(damage.what() + damagedSnapshot, damage.file(), damage.position());
        }
        if (tail.sequence() < mustReach) {
            String name = Segment.name(Math.max(tail.segmentNumber(), tail.headless()));
            long at = tail.headless() > 0 ? 0 : tail.tornFrom();
            throw new StoreDamageException(
                    "record " + (tail.sequence() + 1) + " in " + name + " at byte " + at
                            + " is damaged, and the snapshot needs the journal up to record " + mustReach,
                    name,
                    at);
        }
        StoreDamageException atEnd = state == null ? null : state.damage(disk, tail);
        if (atEnd != null) {
            throw atEnd;
        }
        progress.end(sequence);
        return tail;
    }

    /** Loads the newest whole snapshot. Returns the record that the journal has to reach. */
    private long loadSnapshot() {
        for (long start : names.snapshots()) {
            String name = Snapshot.name(start);
            try {
                progress.snapshot(name);
                Snapshot.Loaded loaded = load(name);
                String foreign = loaded.start().foreignTo(store);
                if (foreign != null) {
                    throw new StoreDamageException(foreign, name, 0);
                }
                sequence = loaded.start().sequence();
                crc = loaded.start().crc();
                epoch = loaded.start().epoch();
                tables.startAt(
                        sequence, loaded.start().timeMillis(), loaded.start().lastNumber());
                return Math.max(loaded.endSequence(), names.snapshots().get(0));
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, e.getMessage() + "; an older snapshot is tried");
                damagedSnapshot = damagedSnapshot.isEmpty() ? ": " + e.getMessage() : damagedSnapshot;
                tables.clear();
            }
        }
        return names.snapshots().isEmpty() ? 0 : names.snapshots().get(0);
    }

    private Snapshot.Loaded load(String name) throws IOException {
        try (RowLoader loader = new RowLoader(tables)) {
            return Snapshot.read(disk, name, all, (table, key, row) -> {
                byte[] converted = conversion.convert(table, key, row);
                if (converted == null) {
                    return;
                }
                tables.requireSpace(key.length + (long) converted.length);
                loader.put(table, key, converted);
                progress.row();
            });
        }
    }

    @Override
    public void segment(Segment segment) {
        epoch = Math.max(epoch, segment.epoch());
        progress.segment();
    }

    @Override
    public void behindLimit(String segment, long first, long count) {
        behindLimit += count;
        LOG.log(
                System.Logger.Level.WARNING,
                segment + " has at least " + count + (count == 1 ? " record" : " records") + " from number " + first
                        + " on that a later opening did not read, so "
                        + (count == 1 ? "it does" : "they do")
                        + " not count. Two processes had the directory open; see that only one is started.");
    }

    @Override
    public void record(RecordCodec.Head head, byte[] bytes) {
        if (head.sequence() > sequence) {
            tables.requireSpace(bytes.length);
            tables.replay(converted(codec.decode(bytes)));
            sequence = head.sequence();
            crc = RecordCodec.crc(bytes);
            epoch = Math.max(epoch, head.epoch());
            progress.record();
        }
    }

    private Record converted(Record record) {
        if (conversion == RowConversion.NONE) {
            return record;
        }
        List<Changes.Write> writes = new ArrayList<>();
        for (Changes.Write write : record.writes()) {
            byte[] row = write.row();
            byte[] converted = row == null ? null : conversion.convert(write.table(), write.key(), row);
            if (row == null || converted != null) {
                writes.add(new Changes.Write(write.table(), write.key(), converted));
            }
        }
        return new Record(
                record.cell(),
                record.epoch(),
                record.sequence(),
                record.timeMillis(),
                record.lastNumber(),
                writes,
                record.emptiesAll());
    }

    /** Deletes files that were not finished or not begun, and zeroes a torn tail. */
    private JournalEnd repair(JournalReader.Tail tail) throws IOException {
        for (String name : disk.names()) {
            if (Segment.isSpare(name) || Snapshot.isTemporary(name)) {
                disk.delete(name);
            }
        }
        TornTail torn = TornTail.of(disk, tail);
        if (torn != null) {
            torn.putAside(disk);
        }
        if (tail.tornTo() > tail.tornFrom()) {
            try (Disk.File file = disk.open(Segment.name(tail.segmentNumber()))) {
                // The header goes last. If this start is killed here, the rest still looks like a write that was cut
                // off.
                long header = Math.min(tail.tornTo(), tail.tornFrom() + Frame.HEADER_BYTES);
                Segment.zero(file, header, tail.tornTo());
                Segment.zero(file, tail.tornFrom(), header);
                file.sync();
            }
        }
        if (tail.headless() > 0) {
            disk.delete(Segment.name(tail.headless()));
            disk.syncNames();
        }
        return end(tail);
    }

    private JournalEnd end(JournalReader.Tail tail) {
        boolean closed = state != null && state.isClosedAt(tail) && tail.sequence() == sequence;
        StoreId id = store == null ? StoreId.random() : store;
        return new JournalEnd(id, sequence, crc, epoch, tail.segmentNumber(), tail.position(), closed);
    }
}
