package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.EngineThread;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.StoreSettings;
import dev.plinth.engine.internal.store.log.Joins;
import dev.plinth.engine.internal.store.log.LogPosition;
import dev.plinth.engine.internal.store.log.RecordCodec;
import dev.plinth.engine.internal.store.log.StoreDamageException;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.log.Batch;
import dev.plinth.engine.log.SharedLog;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Applies the durable batches of a shared log to tables, on a thread of its own, up to the position that the leader has
 * named. Nothing acts on these tables: no listener, timer or room knows of them.
 *
 * <p>A failure of the log is tried again. A batch that does not fit, or for whose rows there is no room, ends the
 * follower for good. The tables are then as the last applied record has left them.
 *
 * <p>Thread-safe. The lock guards tables and replay.
 */
final class Follower implements AutoCloseable {
    private static final System.Logger LOG = Log.sparing(Follower.class);
    private static final String THREAD = "plinth-follower";
    private static final int READ_BYTES_MAX = 4 * Batch.BYTES_MAX;
    private static final long RETRY_MILLIS = 100;

    private final SharedLog log;
    private final StoreTables tables;
    private final BatchReplay replay;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;
    private volatile boolean open = true;
    private Optional<String> end = Optional.empty();

    /** Makes a follower of a log, with empty tables. Does nothing before {@link #start}. */
    Follower(StoreSettings settings, SharedLog log) {
        this.log = log;
        this.tables = new StoreTables(settings);
        this.replay =
                new BatchReplay(tables, new RecordCodec(settings.tables()), LogPosition.atTheBeginning(log.cell()));
        this.thread = new EngineThread(this::loop, THREAD);
    }

    void start() {
        thread.start();
    }

    /** Returns the position of the last applied record. */
    LogPosition position() {
        lock.lock();
        try {
            return replay.last();
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many batches were skipped because an earlier reign had appended them too late. */
    long stale() {
        lock.lock();
        try {
            return replay.stale();
        } finally {
            lock.unlock();
        }
    }

    /** Returns a sentence on why the follower has ended for good; empty as long as it follows. */
    Optional<String> end() {
        lock.lock();
        try {
            return end;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the hash of the rows, as {@link Store#stateHash} does. */
    byte[] stateHash() {
        lock.lock();
        try {
            return tables.stateHash();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the thread and frees the tables. Leaves the log open. */
    @Override
    public void close() {
        lock.lock();
        try {
            open = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        Joins.uninterruptibly(thread);
        tables.close();
    }

    private void loop() {
        while (open && end().isEmpty()) {
            try {
                apply(log.follow(position().sequence(), READ_BYTES_MAX));
            } catch (IOException e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "Could not follow the log: " + e.getMessage() + "; it is tried again");
                pause();
            } catch (RuntimeException | Error e) {
                stop(e);
            }
        }
    }

    private void apply(List<Batch> batches) {
        lock.lock();
        try {
            for (Batch batch : batches) {
                replay.apply(batch);
            }
        } finally {
            lock.unlock();
        }
    }

    private void stop(Throwable e) {
        String why = e instanceof StoreDamageException damage ? damage.what() : String.valueOf(e.getMessage());
        lock.lock();
        try {
            end = Optional.of("This node no longer follows the log behind record "
                    + replay.last().sequence() + ", because " + why
                    + ". It must not lead. Restart it, and check that the log belongs to its cell.");
        } finally {
            lock.unlock();
        }
        LOG.log(System.Logger.Level.ERROR, end.orElseThrow(), e);
    }

    private void pause() {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS);
            while (open && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("Expected no interrupt of the thread " + THREAD, e);
        } finally {
            lock.unlock();
        }
    }
}
