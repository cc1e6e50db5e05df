package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.EngineThread;
import dev.plinth.engine.internal.base.Joins;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.Recordings;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.RowVisitor;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.log.CheckedSnapshot;
import dev.plinth.engine.internal.store.log.FileJournal;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.Snapshot;
import dev.plinth.engine.internal.store.log.SnapshotRecording;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.settings.Durability;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Makes a snapshot in the background whenever there is enough journal. It keeps the last two snapshots, and deletes the
 * segments that the older one does not need. As long as there was only one, every segment stays.
 *
 * <p><b>When.</b> Journal that made rows longer or more is no waste, because the disk has little beside live data. So a
 * snapshot is due in two cases:
 * <ul>
 * <li>The journal has overwritten a quarter of the last snapshot. This keeps the directory below three times the rows.
 * <li>The journal is as long as the last snapshot. This limits a recovery.
 * </ul> A store that only grows then copies each row about twice in all; with a quarter alone it would be five times.
 */
final class Snapshots implements AutoCloseable {
    private static final System.Logger LOG = Log.of(Snapshots.class);
    private static final int KEPT = 2;

    /** Parts of the last snapshot. One is due when the journal has overwritten one part. */
    private static final int PARTS_OF_SNAPSHOT = 4;

    private final Store store;
    private final Disk disk;
    private final StoreTables tables;
    private final FileJournal journal;
    private final List<TableName<?>> names;
    private final long bytesPerSnapshot;
    private final Thread thread;
    private final Object wake = new Object();
    private long snapshotStart;
    private long newestBytes;
    private volatile long dueAt;
    private volatile boolean open = true;
    private volatile long madeAtMillis;

    Snapshots(
            Store store,
            Disk disk,
            StoreTables tables,
            FileJournal journal,
            List<TableName<?>> names,
            long bytesPerSnapshot,
            EarlierSnapshots earlier) {
        this.store = store;
        this.disk = disk;
        this.tables = tables;
        this.journal = journal;
        this.names = names;
        this.bytesPerSnapshot = bytesPerSnapshot;
        this.thread = new EngineThread(this::loop, "plinth-snapshots", store.fatalErrors());
        count(journal.bytesBefore(earlier.segment()), earlier.newestBytes());
    }

    void start() {
        thread.start();
    }

    /** Returns when the newest snapshot of this reign was made, in epoch milliseconds, or 0 if it has made none. */
    long madeAtMillis() {
        return madeAtMillis;
    }

    /**
     * The snapshot and segments from before the store was opened.
     *
     * @param newestBytes length of the newest snapshot; 0 if there is none
     * @param segment the first segment that it needs
     */
    record EarlierSnapshots(long newestBytes, long segment) {
        static EarlierSnapshots of(Disk disk) throws IOException {
            StoreNames names = StoreNames.of(disk);
            List<Long> segments = names.segments();
            long newest = names.snapshots().isEmpty() ? 0 : names.snapshots().get(0);
            int at = segments.size() - 1;
            // From the end, because the part before the snapshot is not needed and may be damaged.
            while (at > 0 && firstSequence(disk, segments.get(at)) > newest + 1) {
                at--;
            }
            return new EarlierSnapshots(Snapshot.newestBytes(disk), at < 0 ? 1 : segments.get(at));
        }
    }

    /** Learns that the journal has grown. */
    void committed() {
        if (journal.written() >= dueAt) {
            synchronized (wake) {
                wake.notifyAll();
            }
        }
    }

    /** Makes a snapshot now, on the caller's thread, one at a time. */
    synchronized void make() throws IOException {
        makeSpace();
        SnapshotRecording event = Recordings.begun(SnapshotRecording::probe, SnapshotRecording::new);
        boolean made = false;
        try {
            copy();
            made = true;
        } finally {
            if (event != null) {
                event.made = made;
                event.commit();
            }
        }
        madeAtMillis = store.write(Transaction::nowMillis);
        keep(KEPT);
    }

    private void copy() throws IOException {
        Started started = store.write(this::begin);
        Snapshot.Draft draft = Snapshot.write(disk, this::rows, names, started.start);
        try {
            long end = store.write(transaction -> {
                transaction.checkWritable();
                if (tables.takenBack() != started.takenBack) {
                    throw new IllegalStateException(
                            "rows were taken back meanwhile that may be in it; it is made again later");
                }
                return transaction.lastSequence();
            });
            store.await(end);
            if (journal.durability().equals(Optional.of(Durability.OS))) {
                journal.sync(); // the snapshot counts on it; segments before the last one are synced
            }
            if (!disk.isStillOurs()) {
                throw new IOException("another process has opened the directory");
            }
            draft.publish(end);
        } catch (IOException | RuntimeException | Error e) {
            draft.abandon(e);
            throw e;
        }
    }

    /** Shows all rows of a table, and breaks off when the store closes. */
    private void rows(TableName<?> name, RowVisitor visitor) throws IOException {
        tables.forEach(name, (key, row) -> {
            requireOpen();
            visitor.visit(key, row);
        });
    }

    private void requireOpen() {
        if (!open) {
            throw new IllegalStateException("the store closes");
        }
    }

    private Started begin(Transaction transaction) {
        Snapshot.Start start = new Snapshot.Start(
                journal.store(),
                transaction.lastSequence(),
                journal.lastCrc(),
                journal.epoch(),
                tables.lastTimeMillis(),
                tables.lastNumber());
        return new Started(start, tables.takenBack());
    }

    /**
     * A snapshot that is being made.
     *
     * @param takenBack how many times rows had been taken back when it began
     */
    private record Started(Snapshot.Start start, long takenBack) {}

    /** Records the length of a snapshot, and of the journal at which it began. */
    private void count(long journalBytes, long snapshotBytes) {
        snapshotStart = journalBytes;
        newestBytes = snapshotBytes;
        lookLater(untilDue());
    }

    private long untilDue() {
        return untilDue(journal.written() - snapshotStart, tables.rowBytes(), newestBytes, bytesPerSnapshot);
    }

    /**
     * Returns how much the journal can grow before a snapshot may be due, or 0 or less if one is due.
     *
     * @param since bytes of journal after the newest snapshot
     * @param rowBytes bytes of all rows now
     * @param newestBytes length of the newest snapshot
     * @param least bytes of journal below which none is due
     */
    static long untilDue(long since, long rowBytes, long newestBytes, long least) {
        long grown = Math.min(since, Math.max(0, rowBytes - newestBytes));
        long untilWaste = Math.max(least, newestBytes / PARTS_OF_SNAPSHOT) - (since - grown);
        long untilLong = Math.max(least, newestBytes) - since;
        return Math.min(untilWaste, untilLong);
    }

    /** Looks again soon enough to notice deleted rows, which make the journal wasteful without making it long. */
    private void lookLater(long bytes) {
        long now = journal.written();
        long soon = Math.min(bytes, bytesPerSnapshot);
        dueAt = soon > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + soon;
    }

    /** Ends the thread. A snapshot that is being written is abandoned, unless all of its rows are copied. */
    @Override
    public void close() {
        synchronized (wake) {
            open = false;
            wake.notifyAll();
        }
        Joins.uninterruptibly(thread);
    }

    private void loop() {
        while (true) {
            synchronized (wake) {
                while (open && journal.written() < dueAt) {
                    try {
                        wake.wait();
                    } catch (InterruptedException e) {
                        return;
                    }
                }
                if (!open) {
                    return;
                }
            }
            try {
                makeIfDue();
            } catch (IOException | RuntimeException | Error e) {
                store.fatalErrors().saw(e);
                lookLater(bytesPerSnapshot);
                String reason = e instanceof RefusedException refused
                        ? refused.refusal().detail()
                        : String.valueOf(e.getMessage());
                LOG.log(
                        open ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                        "Could not write a snapshot: " + reason + "; the journal still has everything");
            }
        }
    }

    private void makeIfDue() throws IOException {
        long rest = untilDue();
        if (rest > 0) {
            lookLater(rest);
            return;
        }
        long start = journal.written();
        // If it fails, the next try is as far away as if it had not.
        count(start, 0);
        make();
        count(start, Snapshot.newestBytes(disk));
    }

    /**
     * Deletes the older of two snapshots, once the newer was read back, because three would take more disk than rows of
     * that size are worth.
     */
    private void makeSpace() throws IOException {
        List<Long> snapshots = StoreNames.of(disk).snapshots();
        if (snapshots.size() == KEPT
                && CheckedSnapshot.of(
                                disk,
                                Snapshot.name(snapshots.get(0)),
                                names,
                                journal.store(),
                                (table, key, row) -> requireOpen())
                        .isWhole()) {
            keep(1);
        }
    }

    /** Deletes all but so many snapshots, and the segments that these do not need. With fewer of them everything stays. */
    private void keep(int count) throws IOException {
        StoreNames found = StoreNames.of(disk);
        List<Long> snapshots = found.snapshots();
        List<Long> segments = found.segments();
        if (snapshots.size() < KEPT) {
            return;
        }
        long needed = snapshots.get(count - 1) + 1;
        for (int i = 0; i + 1 < segments.size() && firstSequence(disk, segments.get(i + 1)) <= needed; i++) {
            disk.delete(Segment.name(segments.get(i)));
            // Deletes segments in turn, because a power cut must not delete a later one and leave an earlier one.
            disk.syncNames();
        }
        for (int i = count; i < snapshots.size(); i++) {
            disk.delete(Snapshot.name(snapshots.get(i)));
        }
        disk.syncNames();
    }

    private static long firstSequence(Disk disk, long segment) throws IOException {
        try (Disk.File file = disk.open(Segment.name(segment))) {
            Segment header = Segment.readHeader(file, Segment.name(segment));
            return header == null ? Long.MAX_VALUE : header.firstSequence();
        }
    }
}
