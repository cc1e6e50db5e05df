package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Changes;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Refusal;
import dev.plinth.engine.internal.base.Refused;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What is between append and durable: the records, the writes that would undo them, and who waits for them.
 *
 * <p>Listeners hear of a record after it is applied and durable, in order, one at a time; only then do its waiters go on. So a
 * caller that has its answer knows that caches, rings and timers have seen the change.
 *
 * <p>Bounded, because the writes that would undo a record stay on the heap until it is durable: when there is too much in flight,
 * who may wait does so before it takes the writer lock, and who may not is refused.
 */
final class InFlight {
    private static final System.Logger LOG = System.getLogger(InFlight.class.getName());

    private final List<Store.CommitListener> listeners = new CopyOnWriteArrayList<>();
    private final ArrayDeque<Flight> flights = new ArrayDeque<>();
    private final PriorityQueue<Waiter> waiters = new PriorityQueue<>();
    private final Object dispatching = new Object();
    private long bytes;
    private volatile boolean full;
    private volatile long durable;
    private volatile long committed;
    private volatile @Nullable Refusal failure;
    private volatile boolean closing;

    void listen(Store.CommitListener listener) {
        listeners.add(listener);
    }

    /** Takes a sequence as heard of by all: what recovery has read. */
    void startAt(long sequence) {
        durable = sequence;
        committed = sequence;
    }

    long committed() {
        return committed;
    }

    boolean hasFailed() {
        return failure != null;
    }

    /** No record is added any more. Called inside the writer lock. */
    void close() {
        closing = true;
    }

    /** Refuses if the journal is being closed. */
    void checkOpen() {
        if (closing) {
            throw new Refused(Refusal.of(
                            ProblemCode.SHUTTING_DOWN,
                            "Expected an engine that is open, but it closes; nothing was changed. Call again once it is open.")
                    .retryAfter(1));
        }
    }

    /** Refuses if the journal has failed, or is being closed. */
    void checkWritable() {
        checkOpen();
        Refusal refusal = failure;
        if (refusal != null) {
            throw new Refused(Refusal.of(
                            ProblemCode.CAPACITY_EXHAUSTED,
                            "Expected a journal that can be written, but it has failed; nothing was changed. Restart the engine.")
                    .retryAfter(Transaction.CAPACITY_RETRY_SECONDS));
        }
    }

    /**
     * Takes a record of so many bytes that is applied and about to be appended.
     *
     * @param before the rows that would undo it
     */
    void add(Record record, int recordBytes, byte[] @Nullable [] before) {
        Flight flight = new Flight(record, recordBytes, before);
        synchronized (flights) {
            flights.add(flight);
            count(recordBytes);
        }
    }

    /** Forgets the last record, if it is this one: the journal has not taken it. */
    void drop(long sequence) {
        synchronized (flights) {
            Flight last = flights.peekLast();
            if (last != null && last.record.sequence() == sequence) {
                flights.removeLast();
                count(-last.bytes);
            }
        }
    }

    /** True if no more should be taken before something has become durable. */
    boolean isFull() {
        return full;
    }

    /** Waits until there is room for another record, or none is needed because the journal has failed. */
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

    /** Called with the monitor of the flights. */
    private void count(long more) {
        bytes += more;
        boolean was = full;
        full = bytes >= Limits.IN_FLIGHT_BYTES_MAX || flights.size() >= Limits.IN_FLIGHT_RECORDS_MAX;
        if (was && !full) {
            flights.notifyAll();
        }
    }

    void durable(long sequence) {
        durable = Math.max(durable, sequence);
    }

    /** Tells listeners and waiters of all that has become durable. */
    void dispatch() {
        if (durable <= committed) {
            // Who has told the last of it also lets go who waits for it.
            return;
        }
        synchronized (dispatching) {
            Flight flight = next();
            while (flight != null) {
                long sequence = flight.record.sequence();
                for (Store.CommitListener listener : listeners) {
                    tell(listener, sequence, flight.record.writes());
                }
                committed = sequence;
                flight = next();
            }
        }
        releaseWaiters();
    }

    /** The record is durable, whatever a listener makes of it: others wait for it, and the journal is well. */
    private static void tell(Store.CommitListener listener, long sequence, List<Changes.Write> writes) {
        try {
            listener.committed(sequence, writes);
        } catch (RuntimeException | Error e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "Expected record " + sequence + " to be heard of, but a listener failed",
                    e);
        }
    }

    CompletableFuture<Void> whenCommitted(long sequence) {
        Waiter waiter = new Waiter(sequence, new CompletableFuture<>());
        synchronized (waiters) {
            if (sequence > committed) {
                Refusal refusal = failure;
                if (refusal != null && sequence > durable) {
                    waiter.future.completeExceptionally(new Refused(refusal));
                } else {
                    waiters.add(waiter);
                }
                return waiter.future;
            }
        }
        waiter.future.complete(null);
        return waiter.future;
    }

    /** Undoes, the last one first, all records from this one on. Called inside the writer lock. */
    void fail(long fromSequence, boolean fenced, Tables tables) {
        failure = fenced
                ? Refusal.of(
                                ProblemCode.SHUTTING_DOWN,
                                "Expected to be the writer of this store, but another one is; nothing was changed. Call it instead.")
                        .retryAfter(1)
                : Refusal.of(
                        ProblemCode.OUTCOME_UNKNOWN,
                        "Expected the journal to take the record, but the disk or the log failed while the call waited;"
                                + " repeat the call with the same Idempotency-Key to learn what came of it.");
        synchronized (flights) {
            while (!flights.isEmpty() && flights.getLast().record.sequence() >= fromSequence) {
                Flight flight = flights.removeLast();
                count(-flight.bytes);
                tables.undo(flight.record, flight.before);
            }
            flights.notifyAll();
        }
    }

    /** Tells all who wait for more than is durable that it will not be. */
    void rejectWaiting() {
        Refusal refusal = failure;
        List<Waiter> rejected = new ArrayList<>();
        synchronized (waiters) {
            for (Waiter waiter : waiters) {
                if (waiter.sequence > durable) {
                    rejected.add(waiter);
                }
            }
            waiters.removeAll(rejected);
        }
        for (Waiter waiter : rejected) {
            if (refusal != null) {
                waiter.future.completeExceptionally(new Refused(refusal));
            }
        }
    }

    static void join(CompletableFuture<Void> future) {
        try {
            future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Refused refused) {
                throw refused;
            }
            throw e;
        }
    }

    private @Nullable Flight next() {
        synchronized (flights) {
            Flight flight = flights.peek();
            if (flight == null || flight.record.sequence() > durable) {
                return null;
            }
            flights.poll();
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

    private record Flight(Record record, int bytes, byte[] @Nullable [] before) {}

    private record Waiter(long sequence, CompletableFuture<Void> future) implements Comparable<Waiter> {
        @Override
        public int compareTo(Waiter other) {
            return Long.compare(sequence, other.sequence);
        }
    }
}
