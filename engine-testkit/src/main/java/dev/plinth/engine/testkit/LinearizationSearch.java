package dev.plinth.engine.testkit;

import dev.plinth.engine.testkit.Histories.Operation;
import dev.plinth.engine.testkit.Histories.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Searches an order of the operations of one resource that explains all their answers: J. Wing and C. Gong, "Testing and
 * Verifying Concurrent Objects" (1993), with the memory of seen states of G. Lowe, "Testing for Linearizability" (2017).
 *
 * <p>Walks along begins and ends in time order. An operation whose begin it meets is next in the order if its answer
 * fits, and the walk starts anew without it. At an end whose operation is not in the order it goes one operation back.
 *
 * <p>Not thread-safe, and runs once.
 */
final class LinearizationSearch {
    private final List<Operation> operations;
    private final Moment head = new Moment(-1, false, 0);
    private final Deque<Choice> order = new ArrayDeque<>();
    private final BitSet placed = new BitSet();
    private final Set<Seen> seen = new HashSet<>();
    private final Set<ResourceState> stuckIn = new HashSet<>();
    private ResourceState state = ResourceState.NEW;
    private @Nullable Moment stuckAt;

    LinearizationSearch(List<Operation> operations) {
        this.operations = List.copyOf(operations);
        List<Moment> moments = new ArrayList<>();
        for (int i = 0; i < operations.size(); i++) {
            Operation operation = operations.get(i);
            Moment begin = new Moment(i, false, operation.begin);
            moments.add(begin);
            if (operation.outcome != Outcome.UNKNOWN) {
                Moment end = new Moment(i, true, operation.end);
                begin.end = end;
                moments.add(end);
            }
        }
        moments.sort(Comparator.comparingLong(moment -> moment.stamp));
        Moment last = head;
        for (Moment moment : moments) {
            last.next = moment;
            moment.previous = last;
            last = moment;
        }
    }

    /**
     * An operation that no order explains.
     *
     * @param states all states in which the resource could be at its end
     */
    record Misfit(Operation operation, List<ResourceState> states) {}

    /** Returns the first operation, by its end, that no order explains; empty if there is an order. */
    Optional<Misfit> run() {
        Moment moment = head.next;
        while (moment != null) {
            if (!moment.isEnd) {
                moment = place(moment) ? head.next : moment.next;
                continue;
            }
            noteStuck(moment);
            if (order.isEmpty()) {
                return Optional.of(misfit());
            }
            moment = takeBack();
        }
        return Optional.empty();
    }

    /** Makes an operation the next one of the order, if its answer fits and the search has not been there yet. */
    private boolean place(Moment begin) {
        Operation operation = operations.get(begin.operation);
        ResourceState next = state.after(operation);
        // An operation of unknown outcome need not be in the order, so that it is of use only if it changes something.
        if (next == null || operation.outcome == Outcome.UNKNOWN && next.equals(state)) {
            return false;
        }
        placed.set(begin.operation);
        if (!seen.add(new Seen((BitSet) placed.clone(), next))) {
            placed.clear(begin.operation);
            return false;
        }
        order.push(new Choice(begin, state));
        state = next;
        begin.takeOut();
        return true;
    }

    /** Takes the last operation out of the order, and returns the moment behind its begin. */
    private @Nullable Moment takeBack() {
        Choice last = order.pop();
        last.begin.putBack();
        placed.clear(last.begin.operation);
        state = last.before;
        return last.begin.next;
    }

    private void noteStuck(Moment end) {
        if (stuckAt == null || end.stamp > stuckAt.stamp) {
            stuckAt = end;
            stuckIn.clear();
        }
        if (end.stamp == stuckAt.stamp) {
            stuckIn.add(state);
        }
    }

    private Misfit misfit() {
        if (stuckAt == null) {
            throw new IllegalStateException("Expected the search to have been stuck, but it was not");
        }
        List<ResourceState> states = stuckIn.stream()
                .sorted(Comparator.comparing(ResourceState::toString))
                .toList();
        return new Misfit(operations.get(stuckAt.operation), states);
    }

    /** An operation in the order, and the state before it. */
    private record Choice(Moment begin, ResourceState before) {}

    /** Which operations are in the order, and the state after them. */
    private record Seen(BitSet placed, ResourceState state) {}

    /** The begin or the end of an operation, linked in time order. */
    private static final class Moment {
        final int operation;
        final boolean isEnd;
        final long stamp;

        @Nullable
        Moment end;

        @Nullable
        Moment previous;

        @Nullable
        Moment next;

        Moment(int operation, boolean isEnd, long stamp) {
            this.operation = operation;
            this.isEnd = isEnd;
            this.stamp = stamp;
        }

        /** Unlinks a begin and its end. */
        void takeOut() {
            unlink();
            if (end != null) {
                end.unlink();
            }
        }

        /** Links an end and its begin again, each where it was. */
        void putBack() {
            if (end != null) {
                end.link();
            }
            link();
        }

        private void unlink() {
            previous().next = next;
            if (next != null) {
                next.previous = previous;
            }
        }

        private void link() {
            previous().next = this;
            if (next != null) {
                next.previous = this;
            }
        }

        private Moment previous() {
            if (previous == null) {
                throw new IllegalStateException("Expected a moment behind the head of the list");
            }
            return previous;
        }
    }
}
