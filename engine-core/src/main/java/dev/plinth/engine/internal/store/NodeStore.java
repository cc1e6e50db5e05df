package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Deadline;
import dev.plinth.engine.internal.base.FatalErrors;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.store.log.LogJournal;
import dev.plinth.engine.internal.store.log.LogPosition;
import dev.plinth.engine.internal.store.log.RecordCodec;
import dev.plinth.engine.internal.store.log.Snapshot;
import dev.plinth.engine.internal.store.log.StoreDamageException;
import dev.plinth.engine.internal.store.log.StoreId;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.log.Batch;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a node that shares a log with others, over all its reigns. While the node follows, {@link #follow} applies
 * what another one has written. {@link #reign} begins a reign, whose {@link Store} writes to the same tables. Once that
 * has ended, {@link #followOn} follows behind its last durable record, without reading anything again.
 *
 * <p>The rows begin as the newest snapshot of the log has them, and are made again if the log behind the node was
 * truncated. Such rows are right once the log was applied up to the end of the copy. Before that the node does not lead.
 *
 * <p>A batch that does not fit, or for whose rows there is no room, ends the following for good. The tables are then as
 * the last applied record has left them, and the node must not lead.
 *
 * <p>For one thread, but for {@link #sequence}, {@link #epoch}, {@link #lagMillis}, {@link #stale}, {@link #stateHash}
 * and {@link #snapshot}.
 */
public final class NodeStore implements AutoCloseable {
    /** The usual bytes of a log after which a snapshot may be written. */
    public static final long BYTES_PER_SNAPSHOT = LogSnapshots.BYTES_PER_SNAPSHOT;

    private static final System.Logger LOG = Log.of(NodeStore.class);
    private static final int READ_BYTES_MAX = 4 * Batch.BYTES_MAX;
    private static final int FULL_READ_BYTES = READ_BYTES_MAX - Batch.BYTES_MAX;

    private final StoreSettings settings;
    private final SharedLog log;
    private final EngineClock clock;
    private final FatalErrors fatalErrors;
    private final StoreTables tables;
    private final LogSnapshots snapshots;
    /** Guards the tables and the position behind them, while a copy of the rows begins or ends. */
    private final ReentrantLock applying = new ReentrantLock();

    private volatile BatchReplay replay;
    /** The node has everything that was durable then. */
    private volatile Deadline upToDate = Deadline.inMillis(0);
    /** The record up to which the log has to be applied before the rows of a snapshot are right. */
    private long mustReach;
    /** Changes with each reign, and when the rows are made anew. */
    private long turn;

    private boolean isBegun;
    private volatile @Nullable Store reigning;
    private @Nullable LogJournal journal;
    private @Nullable IllegalStateException end;

    /**
     * Makes the empty tables of a node. The log is closed with them.
     *
     * @param bytesPerSnapshot bytes of the log after which a snapshot may be written
     */
    public NodeStore(
            StoreSettings settings, SharedLog log, EngineClock clock, FatalErrors fatalErrors, long bytesPerSnapshot) {
        this.settings = settings;
        this.log = log;
        this.clock = clock;
        this.fatalErrors = fatalErrors;
        this.tables = new StoreTables(settings);
        this.replay = replayBehind(LogPosition.atTheBeginning(log.cell()));
        this.snapshots =
                new LogSnapshots(log, tables, settings.tables(), bytesPerSnapshot, fatalErrors, new FollowedRows());
    }

    /** Returns an id that no other node has. */
    public static String randomId() {
        return StoreId.random().toString();
    }

    /** Returns the last durable record of the present reign, or the last one applied; 0 before the first one. */
    public long sequence() {
        Store leading = reigning;
        return leading == null ? replay.last().sequence() : leading.committed();
    }

    /** Returns the epoch of the present reign, or of the last record applied; 0 before the first one. */
    public long epoch() {
        Store leading = reigning;
        return leading == null ? replay.last().epoch() : leading.epoch();
    }

    /** Returns the lag in milliseconds. All that was durable that long ago is applied. */
    public long lagMillis() {
        return upToDate.millisPast();
    }

    /** Returns the failures that an acknowledged record survives, as {@link Store#durability} does. */
    public Optional<Durability> durability() {
        return LogJournal.durability(log);
    }

    /** Sets the node's clock right by that of the log, if the log has told the time. */
    public void setClockRight() {
        long asked = LogClock.machineMillis(clock);
        log.time().ifPresent(time -> LogClock.setRight(clock, time, asked));
    }

    /** Returns how often the present reign beats. */
    public long beatMillis() {
        LogJournal leading = journal;
        return leading == null ? 0 : leading.beatMillis();
    }

    /** Returns how many batches were skipped because an earlier reign had appended them too late. */
    public long stale() {
        return replay.stale();
    }

    /** Returns the rows while the node follows. */
    public Rows rows() {
        View view = new View(tables, null, true);
        view.begin();
        return view;
    }

    /** Returns the time of the last record in epoch milliseconds, or 0 if there is none. */
    public long lastTimeMillis() {
        return tables.lastTimeMillis();
    }

    /** Returns the hash of the rows, as {@link Store#stateHash} does. */
    public byte[] stateHash() {
        Store leading = reigning;
        return leading == null ? tables.stateHash() : leading.stateHash();
    }

    /**
     * Applies the durable records that are there, up to some megabytes of them. Waits a moment if there are none.
     *
     * @return false if there were none
     * @throws IOException if the log fails; following may go on later
     * @throws IllegalStateException if a record does not fit, or there is no room for its rows; one sentence says where
     */
    public boolean follow() throws IOException {
        begin();
        return advance(log::follow) > 0;
    }

    /**
     * Makes the rows anew if the log has lost the last record of this node. To be called when a reign has begun, by the
     * thread that follows. It does nothing before the first reading.
     *
     * @throws IOException if the log fails; the next call tries again
     */
    public void requireInLog() throws IOException {
        LogPosition last = replay.last();
        if (last.sequence() == 0 || log.has(last.sequence(), last.crc())) {
            return;
        }
        turn(() -> mustReach = 0);
        if (!load(0, false)) {
            clear();
            snapshots.loaded(0, 0);
        }
        LOG.log(
                System.Logger.Level.ERROR,
                "The log has lost record " + last.sequence()
                        + ", which this node has. The rows were made anew, as the log has them behind record "
                        + replay.last().sequence() + ". Check how the database of the log failed over.");
    }

    /** Follows until a read brings less than it may, which also ends on a busy log. Throws as {@link #follow} does. */
    public void catchUp() throws IOException {
        begin();
        while (advance(log::follow) > FULL_READ_BYTES) {
            // the next reading
        }
    }

    /**
     * Writes a snapshot of the log now, for tests.
     *
     * @throws IOException if the log fails, or rows were taken back meanwhile
     */
    void snapshot() throws IOException {
        snapshots.make();
    }

    /**
     * Returns the record as of which the rows are, for a copy by the thread that follows.
     *
     * @throws IOException if there are no rows, or not all of them
     */
    LogSnapshots.Started followed() throws IOException {
        return new FollowedRows().begin();
    }

    StoreTables tables() {
        return tables;
    }

    /**
     * Begins a reign if no other node has a lease. It fences first and reads to the end afterwards, so that no earlier
     * reign appends behind the end that it has read.
     *
     * @return the store of the reign; empty if another node leads
     * @throws IOException if the log fails, or another reign has begun meanwhile; no reign is left behind
     * @throws IllegalStateException if the log is damaged, or there is no room for its rows; one sentence says where
     */
    public Optional<Store> reign(Node me) throws IOException {
        begin();
        long asked = LogClock.machineMillis(clock);
        Optional<Reign> begun = log.reign(me);
        if (begun.isEmpty()) {
            return Optional.empty();
        }
        Reign reign = begun.get();
        reign.time().ifPresent(time -> LogClock.setRight(clock, time, asked));
        RecoveryProgress progress = new RecoveryProgress();
        try {
            requireInLog();
            readToTheEnd(reign);
            requireReached();
            progress.end(replay.last().sequence());
            LogJournal next = new LogJournal(log, reign, replay.last());
            journal = next;
            Store store = Store.ofReign(tables, next, clock, fatalErrors, progress.nanos());
            reigning = store;
            store.onCommitted((sequence, writes) -> snapshots.applied(rowBytes(writes)));
            turn(() -> {});
            snapshots.become(true, new WrittenRows(store, next, tables));
            return Optional.of(store);
        } catch (IOException | RuntimeException | Error e) {
            giveUp(reign);
            throw e;
        }
    }

    /**
     * Follows on behind the last durable record of the reign that has ended. Closes its store, which gives up the lease
     * if it still has it.
     *
     * @throws IllegalStateException if its records could not be undone
     */
    public void followOn() {
        Store ended = reigning;
        LogJournal journalOfIt = journal;
        if (ended == null || journalOfIt == null) {
            return;
        }
        snapshots.become(false, new FollowedRows());
        ended.close();
        journal = null;
        LogPosition end = journalOfIt.durableEnd();
        if (tables.isTorn() || tables.lastSequence() != end.sequence()) {
            throw new IllegalStateException("Expected the rows as of record " + end.sequence()
                    + ", but an undo was not completed and they are as of record " + tables.lastSequence()
                    + ". Restart the node.");
        }
        turn(() -> replay = replayBehind(end));
        reigning = null;
        upToDate = Deadline.inMillis(0);
    }

    /** Ends a reign, if there is one. The node does not follow on. */
    public void endReign() {
        Store store = reigning;
        if (store != null) {
            store.close();
        }
    }

    /** Ends a reign, frees the tables and closes the log. */
    @Override
    public void close() {
        endReign();
        if (isBegun) {
            snapshots.close();
        }
        tables.close();
        log.close();
    }

    private void giveUp(Reign reign) {
        LogJournal begun = journal;
        journal = null;
        if (begun != null) {
            begun.close();
        }
        log.resign(reign);
    }

    private void readToTheEnd(Reign reign) throws IOException {
        readOn(reign);
        // A directory may have been imported since this node began. Then the log has a snapshot and no batch before it.
        if (load(replay.last().sequence(), true)) {
            readOn(reign);
        }
    }

    private void readOn(Reign reign) throws IOException {
        while (advance((after, bytesMax) -> log.read(reign, after, bytesMax)) > 0) {
            if (!log.beat(reign, replay.last().sequence())) {
                throw new IOException("another node has begun to reign");
            }
        }
    }

    /**
     * Applies what one reading gives. If that is nothing but batches that came too late, it reads more at once, because
     * good ones may stand behind them.
     *
     * @return how many bytes the frames had that were read; 0 if there was nothing to apply
     */
    private long advance(Reading reading) throws IOException {
        Deadline asked = Deadline.inMillis(0);
        long bytes = applyFrom(reading);
        if (bytes <= FULL_READ_BYTES) {
            upToDate = asked;
        }
        return bytes;
    }

    private long applyFrom(Reading reading) throws IOException {
        long before = replay.last().sequence();
        long turnBefore = turn;
        int bytesMax = READ_BYTES_MAX;
        int late = 0;
        if (end != null) {
            throw end;
        }
        List<Batch> batches = reading.behind(before, bytesMax);
        while (batches.size() > late) {
            late = batches.size();
            apply(batches);
            if (turn != turnBefore) {
                return Long.MAX_VALUE; // rows made anew are behind the log
            }
            if (replay.last().sequence() > before) {
                return bytes(batches);
            }
            bytesMax = 2 * Math.min(bytesMax, Integer.MAX_VALUE / 2);
            batches = reading.behind(before, bytesMax);
        }
        return 0;
    }

    private static long bytes(List<Batch> batches) {
        long bytes = 0;
        for (Batch batch : batches) {
            bytes += batch.frame().length;
        }
        return bytes;
    }

    /** Reads batches behind a position. */
    @FunctionalInterface
    private interface Reading {
        List<Batch> behind(long after, int bytesMax) throws IOException;
    }

    private void apply(List<Batch> batches) throws IOException {
        try {
            for (Batch batch : batches) {
                applying.lock();
                try {
                    replay.apply(batch);
                } finally {
                    applying.unlock();
                }
                snapshots.applied(batch.frame().length);
            }
        } catch (StoreDamageException damage) {
            long stays = replay.last().sequence();
            long before = turn;
            requireInLog();
            if (turn != before) {
                return;
            }
            if (load(stays, true)) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "The log does not go on behind record " + stays + " of this node, because " + damage.what()
                                + ". The rows were made anew from the snapshot at record "
                                + replay.last().sequence());
                return;
            }
            end = new IllegalStateException(
                    "Expected a log without damage, but " + damage.what()
                            + ". This node stays behind record " + stays
                            + " and does not lead. Check that the log belongs to this cell, or restore a copy of it.",
                    damage);
            throw end;
        } catch (IllegalStateException told) {
            // Its room, or a record of a newer release. The sentence says which, and what to do.
            end = new IllegalStateException(
                    "This node stays behind record " + replay.last().sequence() + " of the log and does not lead. "
                            + told.getMessage(),
                    told);
            throw end;
        } catch (RefusedException | OutOfMemoryError | StackOverflowError lacking) {
            end = new IllegalStateException(
                    "Expected room for the rows of the log, but " + lacking.getMessage()
                            + ". This node stays behind record "
                            + replay.last().sequence()
                            + " and does not lead. Give it more memory, and start it again.",
                    lacking);
            throw end;
        } catch (RuntimeException | Error fault) {
            end = new IllegalStateException(
                    "Expected records of the log that this program can apply, but got " + fault
                            + ". This node stays behind record "
                            + replay.last().sequence()
                            + " and does not lead. Start it with the program of the leader.",
                    fault);
            throw end;
        }
    }

    /** Begins with the newest snapshot, once. */
    private void begin() throws IOException {
        if (!isBegun) {
            boolean unused = load(0, false);
            snapshots.start();
            isBegun = true;
        }
    }

    /**
     * Makes the rows anew from the newest whole snapshot behind a record.
     *
     * @param isNeeded true if the log alone does not have the rows
     * @return false if there is none; the rows stay as they are then, or are empty again
     * @throws IOException if the log fails, or no snapshot that is needed can be read; the next call tries again
     */
    private boolean load(long behind, boolean isNeeded) throws IOException {
        List<Long> positions = log.snapshots().positions();
        IOException damage = null;
        for (long position : positions) {
            if (position <= behind) {
                break;
            }
            try {
                load(position, positions.get(0));
                return true;
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, e.getMessage() + "; an older snapshot is tried");
                damage = damage == null ? e : damage;
            }
        }
        if (damage != null && isNeeded) {
            throw damage;
        }
        return false;
    }

    private void load(long position, long newest) throws IOException {
        InputStream in = log.snapshots().open(position);
        clear();
        mustReach = Math.max(mustReach, newest);
        Snapshot.Loaded loaded;
        try (RowLoader loader = new RowLoader(tables)) {
            loaded = Snapshot.read(in, position, settings.tables(), (table, key, row) -> {
                tables.requireSpace(key.length + (long) row.length);
                loader.put(table, key, row);
            });
        } catch (IOException e) {
            tables.clear();
            throw e;
        }
        Snapshot.Start start = loaded.start();
        String foreign = start.foreignTo(LogSnapshots.id(log));
        if (foreign != null) {
            tables.clear();
            throw new IOException(foreign);
        }
        turn(() -> {
            tables.startAt(start.sequence(), start.timeMillis(), start.lastNumber());
            replay = replayBehind(new LogPosition(log.cell(), start.epoch(), start.sequence(), start.crc()));
            mustReach = Math.max(mustReach, loaded.endSequence());
        });
        snapshots.loaded(position, loaded.bytes());
    }

    private void clear() {
        turn(() -> {
            tables.clear();
            tables.startAt(0, 0, 0);
            replay = replayBehind(LogPosition.atTheBeginning(log.cell()));
        });
    }

    /** Refuses to lead over a log that ends before the copy of its rows does. */
    private void requireReached() {
        if (replay.last().sequence() < mustReach) {
            end = new IllegalStateException("Expected a log up to record " + mustReach
                    + ", which a snapshot of it needs, but it ends at record "
                    + replay.last().sequence()
                    + ". This node does not lead. Check that the log belongs to this cell, or restore a copy of it.");
            throw end;
        }
    }

    private void turn(Runnable change) {
        applying.lock();
        try {
            turn++;
            change.run();
        } finally {
            applying.unlock();
        }
    }

    private static long rowBytes(List<Changes.Write> writes) {
        long bytes = 0;
        for (int i = 0; i < writes.size(); i++) {
            byte[] row = writes.get(i).row();
            bytes += writes.get(i).key().length + (row == null ? 0 : row.length);
        }
        return bytes;
    }

    /** The rows while the node follows, all of which are durable. */
    private final class FollowedRows implements LogSnapshots.CopySource {
        @Override
        public LogSnapshots.Started begin() throws IOException {
            applying.lock();
            try {
                LogPosition last = replay.last();
                if (reigning != null || last.sequence() == 0 || last.sequence() < mustReach) {
                    throw new IOException("the rows of this node are not complete yet");
                }
                return LogSnapshots.Started.of(tables, last, turn);
            } finally {
                applying.unlock();
            }
        }

        @Override
        public long end(LogSnapshots.Started started) throws IOException {
            applying.lock();
            try {
                if (turn != started.turn()) {
                    throw new IOException("the node began to lead meanwhile, or made its rows anew");
                }
                return replay.last().sequence();
            } finally {
                applying.unlock();
            }
        }
    }

    private BatchReplay replayBehind(LogPosition last) {
        return new BatchReplay(tables, new RecordCodec(settings.tables()), last);
    }
}
