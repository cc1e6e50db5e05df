package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.store.log.BatchAdmission;
import dev.plinth.engine.internal.store.log.LogPosition;
import dev.plinth.engine.internal.store.log.RecordCodec;
import dev.plinth.engine.internal.store.log.StoreDamageException;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.log.Batch;
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
        BatchAdmission admission = BatchAdmission.of(last, batch);
        if (admission.isStale()) {
            count(batch);
            return;
        }
        for (byte[] bytes : admission.records()) {
            tables.requireSpace(bytes.length);
            tables.replay(codec.decode(bytes));
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
}
