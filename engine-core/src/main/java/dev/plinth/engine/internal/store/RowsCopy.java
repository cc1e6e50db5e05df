package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.FatalErrors;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.log.JournalEnd;
import dev.plinth.engine.internal.store.log.JournalState;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.Snapshot;
import dev.plinth.engine.internal.store.log.StoreId;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.internal.store.log.upgrade.RowConversion;
import dev.plinth.engine.internal.store.log.upgrade.StoreFormat;
import dev.plinth.engine.internal.store.log.upgrade.UpgradedFiles;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.settings.EngineClock;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * All rows of a directory or of a shared log as of a record, to be written to the other kind as a snapshot. For one
 * thread.
 */
public final class RowsCopy implements AutoCloseable {
    private final StoreTables tables;
    private final List<TableName<?>> names;
    private final Snapshot.Start start;
    private final AutoCloseable source;

    private RowsCopy(StoreTables tables, List<TableName<?>> names, Snapshot.Start start, AutoCloseable source) {
        this.tables = tables;
        this.names = names;
        this.start = start;
        this.source = source;
    }

    /**
     * Reads a directory, which no engine may have open, and changes nothing in it.
     *
     * @throws IOException if the disk fails
     * @throws dev.plinth.engine.internal.store.log.StoreDamageException if the directory is damaged
     */
    public static RowsCopy ofDirectory(Disk disk, StoreSettings settings) throws IOException {
        Recovery.RecoveredTables read = Recovery.read(disk, settings);
        JournalEnd end = read.end();
        StoreTables tables = read.tables();
        // The first reign of a log has epoch 1, and no record may be of an older epoch than the one before it.
        Snapshot.Start start = new Snapshot.Start(
                end.store(), end.sequence(), end.crc(), 0, tables.lastTimeMillis(), tables.lastNumber());
        return new RowsCopy(tables, settings.tables(), start, tables::close);
    }

    /**
     * Reads a directory of format 1 likewise.
     *
     * @param conversion turns its rows into those of this release
     */
    public static RowsCopy ofFormat1(Disk disk, StoreSettings settings, RowConversion conversion) throws IOException {
        Recovery.RecoveredTables read = Recovery.read(StoreFormat.shown(disk), settings, conversion);
        JournalEnd end = read.end();
        StoreTables tables = read.tables();
        Snapshot.Start start = new Snapshot.Start(
                StoreId.random(), end.sequence(), end.crc(), end.epoch(), tables.lastTimeMillis(), tables.lastNumber());
        return new RowsCopy(tables, settings.tables(), start, tables::close);
    }

    /**
     * Reads all durable records of a log. The log is closed with the copy.
     *
     * @throws IOException if the log fails, or has no records
     * @throws IllegalStateException if the log is damaged, or there is no room for its rows; one sentence says where
     */
    public static RowsCopy ofLog(SharedLog log, StoreSettings settings, EngineClock clock) throws IOException {
        FatalErrors fatalErrors = new FatalErrors();
        NodeStore node = new NodeStore(settings, log, clock, fatalErrors, Long.MAX_VALUE);
        AutoCloseable source = () -> {
            node.close();
            fatalErrors.close();
        };
        try {
            node.catchUp();
            LogSnapshots.Started as = node.followed();
            Snapshot.Start start = new Snapshot.Start(
                    StoreId.random(), as.sequence(), as.crc(), as.epoch(), as.timeMillis(), as.lastNumber());
            return new RowsCopy(node.tables(), settings.tables(), start, source);
        } catch (IOException | RuntimeException | Error e) {
            close(source);
            throw e;
        }
    }

    public Rows rows() {
        View view = new View(tables, null, true);
        view.begin();
        return view;
    }

    /** Returns the record as of which the rows are; 0 if there is none. */
    public long sequence() {
        return start.sequence();
    }

    /** Writes a snapshot for a log. */
    public void writeTo(OutputStream out, SharedLog log) throws IOException {
        Snapshot.Start there = new Snapshot.Start(
                LogSnapshots.id(log),
                start.sequence(),
                start.crc(),
                start.epoch(),
                start.timeMillis(),
                start.lastNumber());
        long unused = Snapshot.write(out, tables::forEach, names, there, start::sequence);
    }

    /** Writes an empty disk as an engine would have left it, durably. */
    public void writeTo(Disk disk) throws IOException {
        Snapshot.write(disk, tables::forEach, names, start).publish(start.sequence());
        Segment next = new Segment(start.store(), start.epoch(), 1, start.sequence() + 1, start.crc());
        Segment.create(disk, next, StoreFiles.SEGMENT_BYTES);
        JournalState.unknown(start.store()).write(disk, true);
    }

    /** Returns the number of all rows. */
    public long rowCount() throws IOException {
        AtomicLong rows = new AtomicLong();
        for (TableName<?> name : names) {
            tables.forEach(name, (key, row) -> rows.incrementAndGet());
        }
        return rows.get();
    }

    /**
     * Writes the files that replace those of an older format, and decides for them.
     *
     * @param segment the number of the new segment, higher than that of any old one
     */
    public void writeUpgradedTo(Disk disk, long segment) throws IOException {
        Snapshot.write(disk, tables::forEach, names, start).publish(start.sequence(), UpgradedFiles.SNAPSHOT);
        requireWhole(disk);
        UpgradedFiles.decide(
                disk, new Segment(start.store(), start.epoch(), segment, start.sequence() + 1, start.crc()));
    }

    /** Reads the new snapshot again before anything depends on it. */
    private void requireWhole(Disk disk) throws IOException {
        AtomicLong read = new AtomicLong();
        Snapshot.Loaded unused =
                Snapshot.read(disk, UpgradedFiles.SNAPSHOT, names, (table, key, row) -> read.incrementAndGet());
        if (read.get() != rowCount()) {
            throw new IllegalStateException("Expected " + rowCount() + " rows in " + UpgradedFiles.SNAPSHOT
                    + ", but read " + read.get() + "; the old files are unchanged. Check the disk.");
        }
    }

    @Override
    public void close() {
        close(source);
    }

    private static void close(AutoCloseable source) {
        try {
            source.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
