package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.base.EngineThread;
import dev.plinth.engine.internal.base.Joins;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.log.Batch;
import dev.plinth.engine.log.Fate;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.settings.Durability;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * The journal of a node of a shared log, for one reign. {@link #prepare} encodes a record, {@link #append} queues
 * it. The flushing thread takes all queued records and appends them as one batch. It blocks until the fate of the batch
 * is known, so the next batch carries what came meanwhile.
 *
 * <p>The first batch that is not durable ends the journal for good. The same thread beats: soon after the last record,
 * so that followers learn that it is durable, and then as often as the reign wants.
 *
 * <pre>
 *   records.lock     queued records, wanted, open      held for a few instructions
 * </pre>
 */
public final class LogJournal implements Journal {
    private static final System.Logger LOG = Log.of(LogJournal.class);
    private static final String THREAD = "plinth-journal";
    private static final int FRAME_RECORD_BYTES_MAX = Batch.BYTES_MAX - Frame.HEADER_BYTES;

    private final SharedLog log;
    private final Reign reign;
    private final Confirmations confirmations;
    private final RecordQueue records;
    private final Condition wanted;
    private final Thread flusher;
    private boolean flushWanted;
    private boolean beatWanted;
    private boolean open = true;
    private boolean ended;
    /** The last durable record, with which a batch ends. */
    private volatile LogPosition durable;

    private @Nullable AppendListener appendListener;

    /** Makes a journal that goes on behind the end that this reign has read. */
    public LogJournal(SharedLog log, Reign reign, LogPosition end) {
        this.log = log;
        this.reign = reign;
        this.durable = end;
        this.confirmations = new Confirmations(
                () -> log.confirm(reign),
                this::lookAtReign,
                (thread, e) -> listener().ended(thread, e));
        this.records = new RecordQueue(end.crc());
        this.wanted = records.lock.newCondition();
        this.flusher = new EngineThread(this::flushLoop, THREAD);
    }

    @Override
    public int cell() {
        return log.cell();
    }

    @Override
    public long epoch() {
        return reign.epoch();
    }

    @Override
    public void start(AppendListener listener) {
        appendListener = listener;
        flusher.start();
        confirmations.start();
    }

    /**
     * Returns true while the reign lasts, and never waits, because the caller has the writer lock. The records in flight are
     * limited before that lock. A log that runs out of room tells its operator itself.
     */
    @Override
    public boolean hasRoom(int bytes) {
        records.lock.lock();
        try {
            return open;
        } finally {
            records.lock.unlock();
        }
    }

    @Override
    public void prepare(Record record) {
        byte[] unused = records.encode(record);
    }

    @Override
    public void append(Record record) {
        records.add();
    }

    @Override
    public void flush(boolean here) {
        records.lock.lock();
        try {
            if (!records.isEmpty()) {
                wake();
            }
        } finally {
            records.lock.unlock();
        }
    }

    @Override
    public Optional<Durability> durability() {
        return durability(log);
    }

    /** Returns the failures that a durable batch of a log survives; empty if it is kept until the process ends. */
    public static Optional<Durability> durability(SharedLog log) {
        return log.isPersistent() ? Optional.of(Durability.FSYNC) : Optional.empty();
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public CompletableFuture<Boolean> confirm() {
        return confirmations.ask();
    }

    @Override
    public CompletableFuture<Boolean> confirm(long millis) {
        return confirmations.ask(millis);
    }

    @Override
    public long unconfirmedMillis() {
        return confirmations.unconfirmedMillis();
    }

    /** Flushes the queued records and ends the reign. Leaves the log open. */
    @Override
    public void close() {
        shut();
        Joins.uninterruptibly(flusher);
        confirmations.close();
    }

    /** Returns the position of the last durable record, with which a batch of the log ends. */
    public LogPosition durableEnd() {
        return durable;
    }

    /** Returns how often this journal beats. */
    public long beatMillis() {
        return reign.beat().toMillis();
    }

    /** Beats at once, which tells whether the reign has ended. */
    private void lookAtReign() {
        records.lock.lock();
        try {
            beatWanted = true;
            wanted.signal();
        } finally {
            records.lock.unlock();
        }
    }

    private void wake() {
        flushWanted = true;
        wanted.signal();
    }

    private void shut() {
        records.lock.lock();
        try {
            open = false;
            wanted.signalAll();
        } finally {
            records.lock.unlock();
        }
    }

    private void flushLoop() {
        try {
            List<byte[]> taken = awaitRecords();
            while (!taken.isEmpty() && !ended) {
                flush(taken);
                taken = awaitRecords();
            }
            if (!ended) {
                boolean unused = log.beat(reign, durable.sequence());
                log.resign(reign);
            }
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    /** Returns the next records to flush, and beats while there are none. Returns none once the journal has ended. */
    private List<byte[]> awaitRecords() {
        boolean beaten = false;
        while (!ended) {
            if (isWanted(beaten)) {
                return take();
            }
            beaten = true;
            if (!log.beat(reign, durable.sequence())) {
                end(Fate.FENCED);
            }
        }
        return List.of();
    }

    /** Waits for records. After a flush it does not wait, so that the first beat comes at once. */
    private boolean isWanted(boolean mayWait) {
        records.lock.lock();
        try {
            records.clearTaken();
            long left = mayWait ? reign.beat().toNanos() : 0;
            while (left > 0 && !flushWanted && !beatWanted && open) {
                left = wanted.awaitNanos(left);
            }
            beatWanted = false;
            return flushWanted || !open;
        } catch (InterruptedException e) {
            throw new IllegalStateException("Expected no interrupt of the thread " + THREAD, e);
        } finally {
            records.lock.unlock();
        }
    }

    private List<byte[]> take() {
        records.lock.lock();
        try {
            flushWanted = false;
            return records.take();
        } finally {
            records.lock.unlock();
        }
    }

    /** Appends records in as few batches as fit, each durable before the next. */
    private void flush(List<byte[]> taken) {
        int from = 0;
        while (from < taken.size() && !ended) {
            int bytes = 0;
            int to = from;
            while (to < taken.size()
                    && (to == from || bytes + Frame.bytesOf(taken.get(to)) <= FRAME_RECORD_BYTES_MAX)) {
                bytes += Frame.bytesOf(taken.get(to));
                to++;
            }
            append(taken.subList(from, to), bytes);
            from = to;
        }
    }

    private void append(List<byte[]> batchRecords, int bytes) {
        ByteBuffer frame = ByteBuffer.allocate(Frame.HEADER_BYTES + bytes);
        LogPosition before = durable;
        long first = before.sequence() + 1;
        byte[] encoded = Frame.encode(frame, first, true, batchRecords).array();
        long last = before.sequence() + batchRecords.size();
        int crc = RecordCodec.crc(batchRecords.get(batchRecords.size() - 1));
        Fate fate = log.append(reign, new Batch(first, last, reign.epoch(), before.crc(), crc, encoded));
        if (fate == Fate.UNKNOWN) {
            fate = log.resolve(reign, first);
        }
        if (fate != Fate.DURABLE) {
            end(fate);
            return;
        }
        durable = new LogPosition(before.cell(), reign.epoch(), last, crc);
        listener().durable(last);
    }

    /** Ends all writing. */
    private void end(Fate fate) {
        ended = true;
        shut();
        long first = durable.sequence() + 1;
        if (fate == Fate.FENCED) {
            listener().fenced(first);
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The reign of epoch " + reign.epoch() + " has ended behind record " + (first - 1)
                            + ", because another node leads or the lease ran out.");
        } else {
            listener().unknown(first, false);
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The log did not tell the fate of record " + first + ", so the reign of epoch " + reign.epoch()
                            + " has ended. Check the log.");
        }
    }

    private void fail(Throwable e) {
        ended = true;
        shut();
        try {
            listener().unknown(durable.sequence() + 1, false);
        } finally {
            listener().ended(THREAD, e);
            LOG.log(
                    System.Logger.Level.ERROR,
                    "The engine failed while it appended to the log, so this node writes nothing more. Restart the node, and report this.",
                    e);
        }
    }

    private AppendListener listener() {
        AppendListener listener = appendListener;
        if (listener == null) {
            throw new IllegalStateException("Expected start() before append(), but no listener is set");
        }
        return listener;
    }
}
