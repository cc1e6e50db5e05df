package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.store.log.Journal;
import dev.plinth.engine.internal.store.memory.StoreTables;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * Tells when answers may leave that show rows, and which time they show. If another node may lead at any time, each answer
 * asks the log after its rows were read. Thread-safe.
 */
public final class AnswerReadiness {
    /** The most by which the time of an answer may be ahead of the last record, if another node may lead next. */
    static final long LEAD_MILLIS = 1_000;

    /** The time within which a probe is answered. Load balancers give up after a second or more. */
    private static final long SOON_MILLIS = 700;

    private final EngineTime time;
    private final StoreTables tables;
    private final Journal journal;
    private final InFlight inFlight;
    private final LongSupplier timeRecord;

    /**
     * Tells of a store.
     *
     * @param timeRecord appends a record without rows, and returns its sequence
     */
    AnswerReadiness(EngineTime time, StoreTables tables, Journal journal, InFlight inFlight, LongSupplier timeRecord) {
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
     *
     * @param shownMillis the time that {@link #nowMillis} has given for the answer
     */
    public CompletableFuture<Void> whenReady(long sequence, long shownMillis) {
        if (!journal.isShared()) {
            return inFlight.whenCommitted(sequence);
        }
        return whenDurable(sequence, shownMillis)
                .thenCompose(durable -> journal.confirm())
                .thenAccept(confirmed -> {
                    if (!confirmed) {
                        throw new RefusedException(Refusal.notLeader());
                    }
                });
    }

    /** Completes soon, with true if no other node had begun to lead when this was asked. */
    public CompletableFuture<Boolean> confirmSoon() {
        return journal.confirm(SOON_MILLIS);
    }

    /** Returns for how many milliseconds the log has been asked without a yes; 0 if its last answer was one. */
    public long unconfirmedMillis() {
        return journal.unconfirmedMillis();
    }

    /** Completes when rows are durable, and a record that is not far behind a time. */
    private CompletableFuture<Void> whenDurable(long sequence, long shownMillis) {
        if (isNearTheLastRecord(shownMillis)) {
            return inFlight.whenCommitted(sequence);
        }
        // The tables tell the time of a record a moment before its sequence, so there may be one more.
        return inFlight.whenCommitted(Math.max(sequence, tables.lastSequence()))
                .thenCompose(durable -> isNearTheLastRecord(shownMillis)
                        ? CompletableFuture.<Void>completedFuture(null)
                        : inFlight.whenCommitted(tables.lastSequence()));
    }

    private boolean isNearTheLastRecord(long millis) {
        return millis <= inFlight.durableMillis() + LEAD_MILLIS;
    }

    /** Waits likewise for an answer that shows the present time. */
    public void await(long sequence) {
        await(sequence, time.millis());
    }

    /** Waits likewise. Throws {@code RefusedException} if the answer never may be given. */
    public void await(long sequence, long shownMillis) {
        if (!isReady(sequence)) {
            InFlight.join(whenReady(sequence, shownMillis));
        }
    }

    /**
     * Returns the time of the store for an answer, in epoch milliseconds. The next leader's time begins there or later, even
     * if its clock is behind. For that a record without rows carries the time, at most once a second, and the answer waits
     * for that record. While the log takes no record, the time stands still, so that rows are still shown.
     */
    public long nowMillis() {
        long now = time.millis();
        if (!journal.isShared()) {
            return now;
        }
        long durable = inFlight.durableMillis();
        if (durable > 0 && inFlight.isLate()) {
            return Math.min(now, durable + LEAD_MILLIS);
        }
        if (now > tables.lastTimeMillis() + LEAD_MILLIS) {
            try {
                long unused = timeRecord.getAsLong();
            } catch (WriterBusyException | RefusedException otherwise) {
                // The next record of the writer carries the time, or this reign ends.
                return Math.min(now, tables.lastTimeMillis() + LEAD_MILLIS);
            }
        }
        return now;
    }
}
