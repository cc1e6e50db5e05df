package dev.plinth.engine.internal.store;

import dev.plinth.engine.api.EngineClock;
import dev.plinth.engine.internal.base.FatalErrors;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.StoreSettings;
import dev.plinth.engine.internal.store.log.LogJournal;
import dev.plinth.engine.internal.store.log.LogPosition;
import dev.plinth.engine.internal.store.log.RecordCodec;
import dev.plinth.engine.internal.store.log.StoreDamageException;
import dev.plinth.engine.internal.store.log.StoreId;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.log.Batch;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.SharedLog;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a node that shares a log with others, over all its reigns. While the node follows, {@link #follow} applies
 * what another one has written. {@link #reign} begins a reign, whose {@link Store} writes to the same tables. Once that
 * has ended, {@link #followOn} follows behind its last durable record, without reading anything again.
 *
 * <p>A batch that does not fit, or for whose rows there is no room, ends the following for good. The tables are then as
 * the last applied record has left them, and the node must not lead.
 *
 * <p>For one thread, but for {@link #sequence}, {@link #epoch} and {@link #stale}.
 */
public final class NodeStore implements AutoCloseable {
    private static final int READ_BYTES_MAX = 4 * Batch.BYTES_MAX;
    private static final int FULL_READ_BYTES = READ_BYTES_MAX - Batch.BYTES_MAX;

    private final StoreSettings settings;
    private final SharedLog log;
    private final EngineClock clock;
    private final FatalErrors fatalErrors;
    private final StoreTables tables;
    private volatile BatchReplay replay;
    private @Nullable Store reigning;
    private @Nullable LogJournal journal;
    private @Nullable IllegalStateException end;

    /** Makes the empty tables of a node. The log is closed with them. */
    public NodeStore(StoreSettings settings, SharedLog log, EngineClock clock, FatalErrors fatalErrors) {
        this.settings = settings;
        this.log = log;
        this.clock = clock;
        this.fatalErrors = fatalErrors;
        this.tables = new StoreTables(settings);
        this.replay = replayBehind(LogPosition.atTheBeginning(log.cell()));
    }

    /** Returns an id that no other node has. */
    public static String randomId() {
        return StoreId.random().toString();
    }

    /** Returns the last record that was applied by following; 0 before the first one. */
    public long sequence() {
        return replay.last().sequence();
    }

    /** Returns the epoch of that record; 0 before the first one. */
    public long epoch() {
        return replay.last().epoch();
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
        View view = new View(tables, true);
        view.begin();
        return view;
    }

    /** Returns the time of the last record in epoch milliseconds, or 0 if there is none. */
    public long lastTimeMillis() {
        return tables.lastTimeMillis();
    }

    /** Returns the hash of the rows while the node follows, as {@link Store#stateHash} does. */
    public byte[] stateHash() {
        return tables.stateHash();
    }

    /**
     * Applies the durable records that are there, up to some megabytes of them. Waits a moment if there are none.
     *
     * @return false if there were none
     * @throws IOException if the log fails; following may go on later
     * @throws IllegalStateException if a record does not fit, or there is no room for its rows; one sentence says where
     */
    public boolean follow() throws IOException {
        return advance(log::follow) > 0;
    }

    /** Follows until a reading was not full, so that also a node of a busy log ends. Throws as {@link #follow} does. */
    public void catchUp() throws IOException {
        while (advance(log::follow) > FULL_READ_BYTES) {
            // the next reading
        }
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
        Optional<Reign> begun = log.reign(me);
        if (begun.isEmpty()) {
            return Optional.empty();
        }
        Reign reign = begun.get();
        RecoveryProgress progress = new RecoveryProgress();
        try {
            readToTheEnd(reign);
            progress.end(replay.last().sequence());
            LogJournal next = new LogJournal(log, reign, replay.last());
            journal = next;
            Store store = Store.ofReign(tables, next, clock, fatalErrors, progress.nanos());
            reigning = store;
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
        ended.close();
        reigning = null;
        journal = null;
        LogPosition end = journalOfIt.durableEnd();
        if (tables.isTorn() || tables.lastSequence() != end.sequence()) {
            throw new IllegalStateException("Expected the rows as of record " + end.sequence()
                    + ", but an undo was not completed and they are as of record " + tables.lastSequence()
                    + ". Restart the node.");
        }
        replay = replayBehind(end);
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
        long before = replay.last().sequence();
        int bytesMax = READ_BYTES_MAX;
        int late = 0;
        if (end != null) {
            throw end;
        }
        List<Batch> batches = reading.behind(before, bytesMax);
        while (batches.size() > late) {
            late = batches.size();
            apply(batches);
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

    private void apply(List<Batch> batches) {
        try {
            for (Batch batch : batches) {
                replay.apply(batch);
            }
        } catch (StoreDamageException damage) {
            end = new IllegalStateException(
                    "Expected a log without damage, but " + damage.what()
                            + ". This node stays behind record " + replay.last().sequence()
                            + " and does not lead. Check that the log belongs to this cell, or restore a copy of it.",
                    damage);
            throw end;
        } catch (RuntimeException | Error lacking) {
            end = new IllegalStateException(
                    "Expected room for the rows of the log, but " + lacking.getMessage()
                            + ". This node stays behind record "
                            + replay.last().sequence()
                            + " and does not lead. Give it more memory, and start it again.",
                    lacking);
            throw end;
        }
    }

    private BatchReplay replayBehind(LogPosition last) {
        return new BatchReplay(tables, new RecordCodec(settings.tables()), last);
    }
}
