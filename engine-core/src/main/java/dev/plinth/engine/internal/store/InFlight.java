package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Deadline;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.store.memory.CapacityCheck;
import dev.plinth.engine.internal.store.memory.StoreTables;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The records between append and durable, with the writes that would undo them and the callers that wait for them.
 *
 * <p>Listeners learn of a record after it is applied and durable, in order, one at a time. Only then its waiters go on.
 * So a caller that has its answer knows that caches, rings and timers have seen the change.
 *
 * <p>The records are limited, because the writes that would undo a record stay on the heap until it is durable. At the
 * limit, a caller that may wait does so before it takes the writer lock. Any other caller is refused.
 */
final class InFlight {
    /** The time after which a record may stay in flight for long. */
    private static final long LATE_MILLIS = 500;

    /** Made before it is needed, because it may tell of missing memory. */
    static final Refusal UNKNOWN = Refusal.of(
            ProblemCode.OUTCOME_UNKNOWN,
            "The journal failed while the call waited. Repeat the call with its Idempotency-Key; without a key, read first whether it was done.");

    private final List<CommitListener> listeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<List<Changes.Write>>> undoListeners = new CopyOnWriteArrayList<>();
    private final ArrayDeque<Flight> flights = new ArrayDeque<>();
    private final PriorityQueue<Waiter> waiters = new PriorityQueue<>();
    private final Object dispatching = new Object();
    private final System.Logger log = Log.sparing(InFlight.class);
    private volatile @Nullable Thread telling;
    private long bytes;
    /** Time and number of the last record that all listeners have heard of; guarded by the flights, like the bytes. */
    private long heardMillis;

    private long heardNumber;
    private volatile boolean full;
    private volatile long durable;
    private volatile long committed;
    private volatile @Nullable Refusal failure;
    /** True once another opening or node has become the writer; set inside the writer lock. */
    private volatile boolean takenOver;

    private volatile boolean closing;

    private final boolean isOfReign;

    /**
     * Makes one without records.
     *
     * @param isOfReign true if another node may lead once the journal has failed
     */
    InFlight(boolean isOfReign) {
        this.isOfReign = isOfReign;
    }

    void listen(CommitListener listener) {
        listeners.add(listener);
    }

    void listen(Consumer<List<Changes.Write>> listener) {
        undoListeners.add(listener);
    }

    /** Sets the recovered sequence, which counts as known to all listeners. */
    void startAt(long sequence, StoreTables tables) {
        durable = sequence;
        committed = sequence;
        heardMillis = tables.lastTimeMillis();
        heardNumber = tables.lastNumber();
    }

    long committed() {
        return committed;
    }

    /** Returns the time of the last durable record, in epoch milliseconds. */
    long durableMillis() {
        synchronized (flights) {
            return heardMillis;
        }
    }

    /** Returns true if the first record of a reign that is not durable has waited for long. */
    boolean isLate() {
        synchronized (flights) {
            Flight first = flights.peek();
            return first != null && first.late != null && first.late.millisLeft() == 0;
        }
    }

    boolean hasFailed() {
        return failure != null;
    }

    /** Refuses further records. Called inside the writer lock. */
    void close() {
        closing = true;
    }

    /** Refuses if the journal is being closed. */
    void checkOpen() {
        if (closing) {
            throw StoreTables.closing();
        }
    }

    /** Refuses if the reign has ended, because the rows may be another node's since. */
    void checkReign() {
        if (hasEnded()) {
            throw new RefusedException(Refusal.notLeader());
        }
    }

    /** Returns true if the rows may be another node's, because the reign has ended. */
    boolean hasEnded() {
        return isOfReign && failure != null;
    }

    /** Refuses if the journal has failed, or is being closed. */
    void checkWritable() {
        checkReign();
        checkOpen();
        if (takenOver) {
            throw new RefusedException(fenced());
        }
        if (failure != null) {
            throw new RefusedException(Refusal.of(
                            ProblemCode.CAPACITY_EXHAUSTED,
                            "The journal has failed and takes no more changes; nothing was changed. Restart the engine.")
                    .retryAfter(CapacityCheck.RETRY_SECONDS));
        }
    }

    /**
     * Adds a record of so many bytes that is applied and about to be appended.
     *
     * @param before the rows that would undo it
     */
    void add(Record record, int recordBytes, byte[] @Nullable [] before) {
        // Only a reign asks whether it is late, and the clock is read inside the writer lock.
        Flight flight = new Flight(record, recordBytes, before, isOfReign ? Deadline.inMillis(LATE_MILLIS) : null);
        synchronized (flights) {
            flights.add(flight);
            count(recordBytes);
        }
    }

    /** Removes the last record if it is this one, because the journal has not taken it. */
    void drop(long sequence) {
        synchronized (flights) {
            Flight last = flights.peekLast();
            if (last != null && last.record.sequence() == sequence) {
                flights.removeLast();
                count(-last.bytes);
            }
        }
    }

    /** Returns true if no more records should be added before some have become durable. */
    boolean isFull() {
        return full;
    }

    /** Waits until there is room for another record, or until the journal has failed. */
    void awaitRoom() {
        if (!full) {
            return;
        }
        boolean interrupted = false;
        synchronized (flights) {
            while (full && failure == null) {
                try {
                    flights.wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Counts bytes. Called with the monitor of the flights. */
    private void count(long more) {
        bytes += more;
        boolean now = bytes >= Limits.IN_FLIGHT_BYTES_MAX || flights.size() >= Limits.IN_FLIGHT_RECORDS_MAX;
        if (now == full) {
            return;
        }
        full = now;
        if (!now) {
            flights.notifyAll();
        }
    }

    /** Returns true on the thread that tells the listeners of durable records. */
    boolean isTellingHere() {
        return Thread.currentThread().equals(telling);
    }

    /** Notes that all records up to this one are durable. One thread of the journal at a time calls it, in the order of the records. */
    void durable(long sequence) {
        durable = sequence;
    }

    /** Tells listeners and waiters of everything that has become durable. */
    void dispatch() {
        if (durable <= committed) {
            // The thread that has told of the last record also releases its waiters.
            return;
        }
        Throwable failed = null;
        try {
            failed = tellDurable();
        } catch (RuntimeException | Error e) {
            // The waiters of what was told go on. The thread that tells of the next record also tells of the rest.
            failed = e;
        }
        releaseWaiters();
        if (failed != null) {
            // Logged last, because a host's log may be slow, or call the engine.
            log.log(System.Logger.Level.ERROR, "A listener failed on a durable record", failed);
        }
    }

    private @Nullable Throwable tellDurable() {
        Throwable failed = null;
        synchronized (dispatching) {
            telling = Thread.currentThread();
            try {
                Flight flight = next();
                while (flight != null) {
                    long sequence = flight.record.sequence();
                    for (CommitListener listener : listeners) {
                        Throwable failure = tell(listener, sequence, flight.record.writes());
                        failed = failure == null ? failed : failure;
                    }
                    committed = sequence;
                    flight = next();
                }
            } finally {
                telling = null;
            }
        }
        return failed;
    }

    /** Tells a listener. The record is durable even if the listener fails, and the failure is not the journal's. */
    private static @Nullable Throwable tell(CommitListener listener, long sequence, List<Changes.Write> writes) {
        try {
            listener.committed(sequence, writes);
            return null;
        } catch (RuntimeException | Error e) {
            return e;
        }
    }

    CompletableFuture<Void> whenCommitted(long sequence) {
        Waiter waiter = new Waiter(sequence, new CompletableFuture<>());
        synchronized (waiters) {
            if (sequence > committed) {
                Refusal refusal = failure;
                if (refusal != null && sequence > durable) {
                    waiter.future.completeExceptionally(new RefusedException(refusal));
                } else {
                    waiters.add(waiter);
                }
                return waiter.future;
            }
        }
        waiter.future.complete(null);
        return waiter.future;
    }

    /**
     * Undoes all records from this one on, the last one first. Called inside the writer lock.
     *
     * @param reason what those that wait for these records learn
     * @param fenced true if another opening or node has become the writer
     */
    void fail(long fromSequence, Refusal reason, boolean fenced, StoreTables tables) {
        takenOver |= fenced;
        if (failure == null || isOfReign) {
            failure = reason; // those that wait already keep the first reason
        }
        List<Flight> undone;
        synchronized (flights) {
            // First, because callers that wait for room must not go on waiting if the rest fails.
            flights.notifyAll();
            undone = new ArrayList<>(flights.size());
            while (!flights.isEmpty() && flights.getLast().record.sequence() >= fromSequence) {
                Flight flight = flights.removeLast();
                count(-flight.bytes);
                tables.undo(flight.record, flight.before);
                undone.add(flight);
            }
            Flight left = flights.peekLast();
            tables.standAt(
                    left == null ? heardMillis : left.record.timeMillis(),
                    left == null ? heardNumber : left.record.lastNumber());
        }
        tellUndone(undone);
    }

    /** Returns what a caller learns whose record was not written, because there is another writer. */
    Refusal fenced() {
        return isOfReign
                ? Refusal.notLeader()
                : Refusal.of(
                                ProblemCode.SHUTTING_DOWN,
                                "Another process has become the writer of this store; nothing was changed. Send the call to it.")
                        .retryAfter(1);
    }

    /** Told before the waiters learn that their record is lost, so that their next calls see the restored rows. */
    private void tellUndone(List<Flight> undone) {
        for (Flight flight : undone) {
            tellUndone(flight.record, flight.before);
        }
    }

    /** Tells the listeners that the rows of a record are restored. */
    void tellUndone(Record record, byte[] @Nullable [] before) {
        for (Consumer<List<Changes.Write>> listener : undoListeners) {
            try {
                listener.accept(restoring(record.writes(), before));
            } catch (RuntimeException | Error e) {
                log.log(System.Logger.Level.ERROR, "A listener failed on an undo", e);
            }
        }
    }

    /** Returns the writes that restore the earlier rows, the last one first. */
    private static List<Changes.Write> restoring(List<Changes.Write> writes, byte[] @Nullable [] before) {
        List<Changes.Write> restored = new ArrayList<>(before.length);
        for (int i = before.length - 1; i >= 0; i--) {
            Changes.Write write = writes.get(i);
            restored.add(new Changes.Write(write.table(), write.key(), before[i]));
        }
        return restored;
    }

    /** Tells all waiters for records that are not durable that these are lost. */
    void rejectWaiting() {
        Refusal refusal = failure;
        List<Waiter> rejected = new ArrayList<>();
        synchronized (waiters) {
            boolean unused = waiters.removeIf(waiter -> waiter.sequence > durable && rejected.add(waiter));
        }
        for (Waiter waiter : rejected) {
            if (refusal != null) {
                waiter.future.completeExceptionally(new RefusedException(refusal));
            }
        }
    }

    static void join(CompletableFuture<Void> future) {
        try {
            future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RefusedException refused) {
                throw refused;
            }
            throw e;
        }
    }

    /** Takes the next durable record out, or returns null. Called with the monitor under which records are told of. */
    private @Nullable Flight next() {
        if (durable <= committed) {
            return null; // All records in flight are younger. A thread that makes one durable comes here after it.
        }
        synchronized (flights) {
            Flight flight = flights.peek();
            if (flight == null || flight.record.sequence() > durable) {
                return null;
            }
            flights.poll();
            heardMillis = flight.record.timeMillis();
            heardNumber = flight.record.lastNumber();
            count(-flight.bytes);
            return flight;
        }
    }

    private void releaseWaiters() {
        while (true) {
            Waiter waiter;
            synchronized (waiters) {
                waiter = waiters.peek();
                if (waiter == null || waiter.sequence > committed) {
                    return;
                }
                waiters.poll();
            }
            waiter.future.complete(null);
        }
    }

    private record Flight(
            Record record,
            int bytes,
            byte[] @Nullable [] before,
            @Nullable Deadline late) {}

    private record Waiter(long sequence, CompletableFuture<Void> future) implements Comparable<Waiter> {
        @Override
        public int compareTo(Waiter other) {
            return Long.compare(sequence, other.sequence);
        }
    }
}
