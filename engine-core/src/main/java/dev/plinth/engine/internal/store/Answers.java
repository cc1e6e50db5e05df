package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Refusal;
import dev.plinth.engine.internal.base.RefusedException;
import dev.plinth.engine.internal.store.log.Journal;
import dev.plinth.engine.internal.store.memory.StoreTables;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * Tells when answers may leave that show rows, and which time they show. If another node may lead at any time, each answer
 * asks the log after its rows were read. Thread-safe.
 */
public final class Answers {
    /** The most by which the time of an answer may be ahead of the last record, if another node may lead next. */
    static final long LEAD_MILLIS = 1_000;

    private final EngineTime time;
    private final StoreTables tables;
    private final Journal journal;
    private final InFlight inFlight;
    private final LongSupplier timeRecord;
    private volatile long timeSequence;

    /**
     * Tells of a store.
     *
     * @param timeRecord appends a record without rows, and returns its sequence
     */
    Answers(EngineTime time, StoreTables tables, Journal journal, InFlight inFlight, LongSupplier timeRecord) {
        this.time = time;
        this.tables = tables;
        this.journal = journal;
        this.inFlight = inFlight;
        this.timeRecord = timeRecord;
    }

    /** Returns true if an answer that shows rows up to a sequence may be given at once. */
    public boolean isReady(long sequence) {
        return sequence <= inFlight.committed() && !journal.isShared();
    }

    /**
     * Completes when an answer that shows rows up to a sequence may be given. The rows are durable then, and all listeners
     * have heard of them. No other node had begun to lead when they were read. Fails with {@code RefusedException} if the
     * answer never may be given.
     */
    public CompletableFuture<Void> whenReady(long sequence) {
        if (!journal.isShared()) {
            return inFlight.whenCommitted(sequence);
        }
        return inFlight.whenCommitted(Math.max(sequence, timeSequence))
                .thenCompose(durable -> journal.confirm())
                .thenAccept(confirmed -> {
                    if (!confirmed) {
                        throw new RefusedException(Refusal.notLeader());
                    }
                });
    }

    /** Waits likewise. Throws {@code RefusedException} if the answer never may be given. */
    public void await(long sequence) {
        if (!isReady(sequence)) {
            InFlight.join(whenReady(sequence));
        }
    }

    /**
     * Returns the time of the store for an answer, in epoch milliseconds. The next leader's time begins there or later, even
     * if its clock is behind. For that a record without rows carries the time, at most once a second. The answer waits for
     * that record.
     */
    public long nowMillis() {
        long now = time.millis();
        if (journal.isShared() && now > tables.lastTimeMillis() + LEAD_MILLIS) {
            try {
                note(timeRecord.getAsLong());
            } catch (WriterBusyException | RefusedException otherwise) {
                // The record of the writer carries the time, or this reign ends.
                return now;
            }
        }
        return now;
    }

    private synchronized void note(long sequence) {
        timeSequence = Math.max(timeSequence, sequence);
    }
}
