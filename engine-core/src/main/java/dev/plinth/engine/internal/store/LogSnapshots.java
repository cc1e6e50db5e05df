package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.EngineThread;
import dev.plinth.engine.internal.base.FatalErrors;
import dev.plinth.engine.internal.base.Joins;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.Recordings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.log.CheckedSnapshot;
import dev.plinth.engine.internal.store.log.LogPosition;
import dev.plinth.engine.internal.store.log.Snapshot;
import dev.plinth.engine.internal.store.log.SnapshotRecording;
import dev.plinth.engine.internal.store.log.StoreId;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.log.SnapshotStore;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Writes snapshots of a shared log in the background, keeps two of them, and truncates the log to the start of the older
 * one.
 *
 * <p><b>The writer.</b> Each node counts the bytes of the log behind the newest snapshot that it knows, and writes one when they
 * are many. A follower writes sooner than the leader, which is busier, and each follower after a number of bytes of its
 * own. Before it writes, it looks for one that another node has written meanwhile. So no node has to know of the others.
 * If two write at once, the newest two stay.
 *
 * <p><b>When.</b> By the rule of the snapshots of a directory, {@link Snapshots#untilDue}.
 *
 * <p>Thread-safe.
 */
final class LogSnapshots implements AutoCloseable {
    /** The bytes after which a node of a log that is often written makes a snapshot. */
    static final long BYTES_PER_SNAPSHOT = 256L * 1024 * 1024;

    private static final System.Logger LOG = Log.sparing(LogSnapshots.class);
    private static final int KEPT = 2;

    /** Percent of the bytes after which a leader and the last of many followers write. */
    private static final long PERCENT_OF_LEADER = 200;

    private static final long PERCENT_OF_FOLLOWERS = 150;
    private static final long WHOLE = 100;

    private final SharedLog log;
    private final StoreTables tables;
    private final List<TableName<?>> names;
    private final long bytesPerSnapshot;
    private final long percentOfFollower;
    private final FatalErrors fatalErrors;
    private final Thread thread;
    private final Object wake = new Object();
    private CopySource source;
    private boolean leads;
    private volatile boolean open = true;
    private long since;
    private long newest;
    private long newestBytes;

    /**
     * Makes a writer for a node.
     *
     * @param source where a copy begins and ends while the node follows
     */
    LogSnapshots(
            SharedLog log,
            StoreTables tables,
            List<TableName<?>> names,
            long bytesPerSnapshot,
            FatalErrors fatalErrors,
            CopySource source) {
        this.log = log;
        this.tables = tables;
        this.names = names;
        this.bytesPerSnapshot = bytesPerSnapshot;
        this.fatalErrors = fatalErrors;
        this.source = source;
        long share = StoreId.random().low() & Integer.MAX_VALUE;
        this.percentOfFollower = WHOLE + share * (PERCENT_OF_FOLLOWERS - WHOLE) / Integer.MAX_VALUE;
        this.thread = new EngineThread(this::loop, "plinth-snapshots", fatalErrors);
    }

    /** Begins to write. */
    void start() {
        thread.start();
    }

    /** A place between two records, at which a copy of the rows begins or ends. */
    interface CopySource {
        /**
         * Begins a copy.
         *
         * @throws IOException if there is nothing to copy, or not all of it
         */
        Started begin() throws IOException;

        /**
         * Ends a copy, once all that it may have seen is durable.
         *
         * @return the last record by now
         * @throws IOException if rows were taken back meanwhile, or made anew, so that the copy must not count
         */
        long end(Started started) throws IOException;
    }

    /**
     * A copy that has begun.
     *
     * @param epoch the epoch of the record at its start
     * @param takenBack how many times rows had been taken back
     * @param turn the turn of the node, which changes with each reign and when it makes its rows anew
     */
    record Started(long sequence, int crc, long epoch, long timeMillis, long lastNumber, long takenBack, long turn) {
        /** Begins a copy of tables behind a record. */
        static Started of(StoreTables tables, LogPosition last, long turn) {
            return new Started(
                    last.sequence(),
                    last.crc(),
                    last.epoch(),
                    tables.lastTimeMillis(),
                    tables.lastNumber(),
                    tables.takenBack(),
                    turn);
        }
    }

    /** Writes from now on as a leader or as a follower. */
    void become(boolean leader, CopySource other) {
        synchronized (wake) {
            leads = leader;
            source = other;
        }
    }

    /** Learns of a snapshot that was loaded. */
    void loaded(long position, long bytes) {
        synchronized (wake) {
            newest = position;
            newestBytes = bytes;
            since = 0;
        }
    }

    /** Learns of so many bytes of the log that were applied. */
    void applied(long bytes) {
        synchronized (wake) {
            since += bytes;
            if (isDue()) {
                wake.notifyAll();
            }
        }
    }

    /** Makes a snapshot now, on the caller's thread, one at a time. */
    synchronized void make() throws IOException {
        CopySource from;
        synchronized (wake) {
            from = source;
            since = 0;
        }
        SnapshotRecording event = Recordings.begun(SnapshotRecording::probe, SnapshotRecording::new);
        boolean made = false;
        long position;
        try {
            Started started = from.begin();
            position = started.sequence;
            log.snapshots().write(started.sequence, out -> {
                long bytes =
                        Snapshot.write(whileOpen(out), tables::forEach, names, start(started), () -> from.end(started));
                wrote(started.sequence, bytes);
            });
            made = true;
        } finally {
            if (event != null) {
                event.made = made;
                event.commit();
            }
        }
        keep(position);
    }

    private void wrote(long position, long bytes) {
        synchronized (wake) {
            newest = Math.max(newest, position);
            newestBytes = bytes;
        }
    }

    private Snapshot.Start start(Started started) {
        return new Snapshot.Start(
                id(log), started.sequence, started.crc, started.epoch, started.timeMillis, started.lastNumber);
    }

    /** Returns the id of a log as snapshots carry it. */
    static StoreId id(SharedLog log) {
        UUID id = log.id();
        return new StoreId(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    /**
     * Deletes all snapshots but two whole ones, and the log before the older one. With fewer the log stays.
     *
     * @param written the snapshot that was just written
     */
    private void keep(long written) throws IOException {
        SnapshotStore snapshots = log.snapshots();
        List<Long> kept = new ArrayList<>();
        for (long position : snapshots.positions()) {
            if (kept.size() < KEPT && (position == written || isWhole(position))) {
                kept.add(position);
            } else {
                snapshots.delete(position);
            }
        }
        if (kept.size() == KEPT) {
            log.truncate(kept.get(KEPT - 1));
        }
    }

    /** Reads a snapshot. A damaged one is of no use, and would push out a whole one. */
    private boolean isWhole(long position) throws IOException {
        InputStream in = new FilterInputStream(log.snapshots().open(position)) {
            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                requireOpen();
                return super.read(target, offset, length);
            }
        };
        CheckedSnapshot checked = CheckedSnapshot.of(in, position, names, id(log));
        requireOpen();
        if (!checked.isWhole()) {
            LOG.log(System.Logger.Level.WARNING, checked.damage() + "; it is deleted, and an older one is kept for it");
        }
        return checked.isWhole();
    }

    /** Returns the stream, which breaks off when the node ends. */
    private OutputStream whileOpen(OutputStream stream) {
        return new FilterOutputStream(stream) {
            @Override
            public void write(byte[] some, int offset, int length) throws IOException {
                requireOpen();
                out.write(some, offset, length);
            }
        };
    }

    private void requireOpen() throws IOException {
        if (!open) {
            throw new IOException("the node ends");
        }
    }

    private boolean isDue() {
        long percent = leads ? PERCENT_OF_LEADER : percentOfFollower;
        return Snapshots.untilDue(since * WHOLE / percent, tables.rowBytes(), newestBytes, bytesPerSnapshot) <= 0;
    }

    /** Ends the thread. A snapshot that is being written is abandoned, or completed if all of its rows are copied. */
    @Override
    public void close() {
        synchronized (wake) {
            open = false;
            wake.notifyAll();
        }
        Joins.uninterruptibly(thread);
    }

    private void loop() {
        while (awaitDue()) {
            try {
                if (!isThereAnother()) {
                    make();
                }
            } catch (IOException | RuntimeException | Error e) {
                fatalErrors.saw(e);
                synchronized (wake) {
                    since = 0; // the next try is as far away as if this one had not failed
                }
                LOG.log(
                        open ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                        "Could not write a snapshot of the log: " + e.getMessage() + "; the log still has everything");
            }
        }
    }

    private boolean awaitDue() {
        synchronized (wake) {
            while (open && !isDue()) {
                try {
                    wake.wait();
                } catch (InterruptedException e) {
                    return false;
                }
            }
            return open;
        }
    }

    /** Returns true if another node has written a snapshot since this one has looked. Then none is due for now. */
    private boolean isThereAnother() throws IOException {
        List<Long> positions = log.snapshots().positions();
        synchronized (wake) {
            boolean isThere = !positions.isEmpty() && positions.get(0) > newest;
            if (isThere) {
                newest = positions.get(0);
                since = 0;
            }
            return isThere;
        }
    }
}
