package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.StoreSettings;
import dev.plinth.engine.internal.store.log.LogJournal;
import dev.plinth.engine.internal.store.log.LogPosition;
import dev.plinth.engine.internal.store.log.RecordCodec;
import dev.plinth.engine.internal.store.log.StoreDamageException;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.log.Batch;
import dev.plinth.engine.log.Leader;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.SharedLog;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Begins a reign over a shared log, and makes the tables again from it. It fences first and reads afterwards, so that
 * no earlier reign appends behind the end that it has read.
 *
 * @param tables the tables with all records of the log
 * @param end the position of the last record
 * @param journal appends behind it
 * @param nanos how long the reading took
 */
record LogOpening(StoreTables tables, LogPosition end, LogJournal journal, long nanos) {
    private static final int READ_BYTES_MAX = 4 * Batch.BYTES_MAX;

    /**
     * Opens a log. If that fails, the reign has ended and the log is closed.
     *
     * @throws IllegalStateException if another node reigns, or the log fails or is damaged; one sentence says what to do
     */
    static LogOpening run(StoreSettings settings, SharedLog log, Node me) {
        try {
            Reign reign = log.reign(me).orElseThrow(() -> otherLeader(log));
            return run(settings, log, reign);
        } catch (RuntimeException | Error e) {
            log.close();
            throw e;
        } catch (IOException e) {
            log.close();
            throw new IllegalStateException(
                    "Expected to read the log, but it failed: " + e.getMessage() + "; check the log.", e);
        }
    }

    private static LogOpening run(StoreSettings settings, SharedLog log, Reign reign) throws IOException {
        RecoveryProgress progress = new RecoveryProgress();
        StoreTables tables = new StoreTables(settings);
        try {
            LogPosition start = LogPosition.atTheBeginning(log.cell());
            BatchReplay replay = new BatchReplay(tables, new RecordCodec(settings.tables()), start);
            readAll(log, reign, replay);
            progress.end(replay.last().sequence());
            LogPosition end = replay.last();
            return new LogOpening(tables, end, new LogJournal(log, reign, end), progress.nanos());
        } catch (IOException | RuntimeException | Error e) {
            tables.close();
            log.resign(reign);
            throw e;
        }
    }

    private static void readAll(SharedLog log, Reign reign, BatchReplay replay) throws IOException {
        try {
            List<Batch> batches = log.read(reign, 0, READ_BYTES_MAX);
            while (!batches.isEmpty()) {
                for (Batch batch : batches) {
                    replay.apply(batch);
                }
                if (!log.beat(reign, replay.last().sequence())) {
                    throw new IOException("another node has begun to reign");
                }
                batches = log.read(reign, batches.get(batches.size() - 1).last(), READ_BYTES_MAX);
            }
        } catch (StoreDamageException damage) {
            throw new IllegalStateException(
                    "Expected a log without damage, but " + damage.what()
                            + "; nothing was changed. Check that the log belongs to this cell, or restore a copy of it.",
                    damage);
        }
    }

    private static IllegalStateException otherLeader(SharedLog log) {
        try {
            Optional<Leader> leader = log.leader();
            return new IllegalStateException("Expected to reign over the log, but "
                    + leader.map(other -> "node " + other.node().id() + " does").orElse("another node does")
                    + "; stop that node, or wait for the end of its lease.");
        } catch (IOException e) {
            return new IllegalStateException(
                    "Expected to read the log, but it failed: " + e.getMessage() + "; check the log.", e);
        }
    }
}
