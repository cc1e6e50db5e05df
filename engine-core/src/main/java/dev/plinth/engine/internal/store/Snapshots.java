package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Changes;
import dev.plinth.engine.internal.base.Refused;
import dev.plinth.engine.internal.base.TableName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Makes a snapshot in the background whenever enough journal has come together, at least a quarter of the last one, keeps the last two, and
 * deletes the segments that the older one does not need. As long as there was only one, every segment stays.
 */
final class Snapshots implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Snapshots.class.getName());
    private static final int KEPT = 2;

    /** A snapshot is due when the journal has grown by this part of the last one. */
    private static final int PARTS_OF_SNAPSHOT = 4;

    private final Store store;
    private final Disk disk;
    private final Tables tables;
    private final FileJournal journal;
    private final List<TableName> names;
    private final long bytesPerSnapshot;
    private final Thread thread;
    private final Object wake = new Object();
    private long bytes;
    private long dueAt;
    private boolean open = true;
    private volatile long madeAtMillis;

    Snapshots(
            Store store,
            Disk disk,
            Tables tables,
            FileJournal journal,
            List<TableName> names,
            long bytesPerSnapshot,
            long newestBytes) {
        this.store = store;
        this.disk = disk;
        this.tables = tables;
        this.journal = journal;
        this.names = names;
        this.bytesPerSnapshot = bytesPerSnapshot;
        this.dueAt = dueAt(newestBytes);
        this.thread = new Thread(this::loop, "plinth-snapshots");
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** When the newest snapshot of this reign was made, in epoch milliseconds; 0 if it has made none. */
    long madeAtMillis() {
        return madeAtMillis;
    }

    /** Hears of durable records and counts their bytes. */
    void committed(List<Changes.Write> writes) {
        synchronized (wake) {
            bytes += RecordCodec.size(writes);
            if (bytes >= dueAt) {
                wake.notifyAll();
            }
        }
    }

    /** Makes one now, on the caller's thread; one at a time. */
    synchronized void make() throws IOException {
        makeSpace();
        Snapshot.Start start = store.write(transaction -> new Snapshot.Start(
                transaction.lastSequence(),
                journal.lastCrc(),
                journal.epoch(),
                tables.lastTimeMillis(),
                tables.lastNumber()));
        Snapshot.Draft draft = Snapshot.write(disk, tables, names, start);
        // A journal that failed meanwhile has taken rows back that the copy may hold.
        long end = store.write(transaction -> {
            transaction.checkWritable();
            return transaction.lastSequence();
        });
        store.await(end);
        syncJournal();
        draft.publish(end);
        madeAtMillis = store.write(Transaction::nowMillis);
        keep(KEPT);
        long due = dueAt(Snapshot.newestBytes(disk));
        synchronized (wake) {
            dueAt = due;
        }
    }

    /** A large store is copied less often, or it would write its snapshots all the time. */
    private long dueAt(long newestBytes) {
        return Math.max(bytesPerSnapshot, newestBytes / PARTS_OF_SNAPSHOT);
    }

    @Override
    public void close() {
        synchronized (wake) {
            open = false;
            wake.notifyAll();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        while (true) {
            synchronized (wake) {
                while (open && bytes < dueAt) {
                    try {
                        wake.wait();
                    } catch (InterruptedException e) {
                        return;
                    }
                }
                if (!open) {
                    return;
                }
                bytes = 0;
            }
            try {
                make();
            } catch (IOException | RuntimeException e) {
                String reason =
                        e instanceof Refused refused ? refused.refusal().detail() : String.valueOf(e.getMessage());
                LOG.log(
                        System.Logger.Level.WARNING,
                        "Expected to write a snapshot, but could not: " + reason
                                + "; the journal still has everything");
            }
        }
    }

    /** Three snapshots would take more disk than rows of that size are worth: the older goes, once the newer was read back. */
    private void makeSpace() throws IOException {
        List<Long> snapshots = StoreNames.of(disk).snapshots();
        if (snapshots.size() == KEPT
                && CheckedSnapshot.of(disk, Snapshot.name(snapshots.get(0)), names)
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
        for (int i = 0; i + 1 < segments.size() && firstSequence(segments.get(i + 1)) <= needed; i++) {
            disk.delete(Segment.name(segments.get(i)));
            // One after the other: a power cut must not take a later one and leave an earlier one.
            disk.syncNames();
        }
        for (int i = count; i < snapshots.size(); i++) {
            disk.delete(Snapshot.name(snapshots.get(i)));
        }
        disk.syncNames();
    }

    /** Makes durable what the level OS has only written: the snapshot counts on it. Segments before the last one are synced. */
    private void syncJournal() throws IOException {
        if (journal.durability() == Journal.Durability.FSYNC) {
            return;
        }
        List<Long> segments = StoreNames.of(disk).segments();
        long last = segments.get(segments.size() - 1);
        try (Disk.File file = disk.open(Segment.name(last))) {
            file.sync();
        }
    }

    private long firstSequence(long segment) throws IOException {
        try (Disk.File file = disk.open(Segment.name(segment))) {
            ByteBuffer bytes = ByteBuffer.allocate(Segment.HEADER_BYTES);
            int unused = file.read(bytes, 0);
            Segment header = Segment.readHeader(bytes.flip(), Segment.name(segment), file.size());
            return header == null ? Long.MAX_VALUE : header.firstSequence();
        }
    }
}
