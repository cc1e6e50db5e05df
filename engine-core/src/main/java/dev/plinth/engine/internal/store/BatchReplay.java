package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.store.log.Frame;
import dev.plinth.engine.internal.store.log.LogPosition;
import dev.plinth.engine.internal.store.log.RecordAdmission;
import dev.plinth.engine.internal.store.log.RecordCodec;
import dev.plinth.engine.internal.store.log.StoreDamageException;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.log.Batch;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Applies the batches of a shared log to the tables, in order. Batches that an earlier reign has appended too late are
 * skipped and counted. Anything else that does not fit ends the replay for good, before any of its batch is applied.
 *
 * <p>One thread applies. Any thread may ask for the position and the count.
 */
final class BatchReplay {
    private final StoreTables tables;
    private final RecordCodec codec;
    private volatile LogPosition last;
    private final AtomicLong stale = new AtomicLong();
    private long lateEpoch;
    private long lateFirst;

    /** Makes a replay that goes on at a position whose rows the tables have. */
    BatchReplay(StoreTables tables, RecordCodec codec, LogPosition last) {
        this.tables = tables;
        this.codec = codec;
        this.last = last;
    }

    /** Returns the position of the last applied record. */
    LogPosition last() {
        return last;
    }

    /** Returns how many batches were skipped because an earlier reign had appended them too late. */
    long stale() {
        return stale.get();
    }

    /**
     * Applies a batch, or skips it.
     *
     * @throws StoreDamageException if it is not the next one; the message names it as the middle of a sentence
     * @throws IllegalStateException if its version is unknown, or there is no memory for its rows
     */
    void apply(Batch batch) {
        List<byte[]> records = records(batch);
        LogPosition end = last;
        for (byte[] bytes : records) {
            RecordAdmission admission = RecordAdmission.of(end, bytes);
            if (admission.verdict() == RecordAdmission.Verdict.STALE && end.equals(last)) {
                count(batch);
                return;
            }
            if (!admission.isAdmitted()) {
                throw misfit(end.sequence() + 1, batch, admission.why());
            }
            end = end.behind(bytes);
        }
        for (byte[] bytes : records) {
            tables.requireSpace(bytes.length);
            tables.apply(codec.decode(bytes));
            last = last.behind(bytes);
        }
    }

    /** Counts a late batch once, however often it is read. */
    private void count(Batch late) {
        if (late.epoch() > lateEpoch || late.epoch() == lateEpoch && late.first() > lateFirst) {
            lateEpoch = late.epoch();
            lateFirst = late.first();
            stale.incrementAndGet();
        }
    }

    private List<byte[]> records(Batch batch) {
        Frame frame = Frame.decode(ByteBuffer.wrap(batch.frame()), 0);
        if (frame == null || frame.bytes() != batch.frame().length) {
            throw misfit(batch.first(), batch, "its frame is damaged");
        }
        if (frame.records().size() != batch.last() - batch.first() + 1) {
            throw misfit(
                    batch.first(), batch, "its frame has " + frame.records().size() + " records");
        }
        return frame.records();
    }

    private static StoreDamageException misfit(long sequence, Batch batch, String why) {
        return new StoreDamageException(
                "record " + sequence + " in " + batch + " of the log does not fit: " + why, batch.toString(), 0);
    }
}
