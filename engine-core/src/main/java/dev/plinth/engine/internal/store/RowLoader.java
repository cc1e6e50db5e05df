package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.EngineThread;
import dev.plinth.engine.internal.base.Joins;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.memory.StoreTables;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Fills tables with the rows of a snapshot on two threads. The caller's thread puts the rows. The other thread updates
 * the sets that follow from them, which is the larger part of the work. No other thread may touch the tables until
 * {@link #close} has returned.
 */
final class RowLoader implements AutoCloseable {
    private static final int ROWS_PER_BATCH = 256;
    private static final int BATCHES_MAX = 16;

    private final StoreTables tables;
    private final BlockingQueue<List<Row>> batches = new ArrayBlockingQueue<>(BATCHES_MAX);
    private final Thread indexing;
    private List<Row> batch = new ArrayList<>(ROWS_PER_BATCH);
    private volatile @Nullable RuntimeException failure;

    RowLoader(StoreTables tables) {
        this.tables = tables;
        this.indexing = new EngineThread(this::index, "plinth-recovery-sets");
        indexing.start();
    }

    /** Puts a row. A repeated row replaces the earlier one. */
    void put(TableName<?> table, byte[] key, byte[] row) {
        batch.add(new Row(table, key, tables.exchange(table, key, row), row));
        if (batch.size() == ROWS_PER_BATCH) {
            hand(batch);
            batch = new ArrayList<>(ROWS_PER_BATCH);
        }
    }

    /** Waits until the sets are complete. */
    @Override
    public void close() {
        hand(batch);
        hand(List.of());
        Joins.uninterruptibly(indexing);
        RuntimeException failed = failure;
        if (failed != null) {
            throw failed;
        }
    }

    private void hand(List<Row> rows) {
        boolean interrupted = false;
        while (true) {
            try {
                batches.put(rows);
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Indexes batches until one has no rows. After a failure it only empties the queue, so that the caller never waits.
     */
    private void index() {
        try {
            List<Row> rows = batches.take();
            while (!rows.isEmpty()) {
                if (failure == null) {
                    indexAll(rows);
                }
                rows = batches.take();
            }
        } catch (InterruptedException e) {
            failure = new IllegalStateException("Expected the recovery to end, but its thread was interrupted", e);
        }
    }

    private void indexAll(List<Row> rows) {
        try {
            for (Row row : rows) {
                tables.index(row.table, row.key, row.before, row.after);
            }
        } catch (RuntimeException e) {
            failure = e;
        } catch (Error e) {
            failure = new IllegalStateException("Expected to make the sets of a snapshot's rows, but failed", e);
        }
    }

    private record Row(TableName<?> table, byte[] key, byte @Nullable [] before, byte[] after) {}
}
