package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.Deadline;
import dev.plinth.engine.internal.base.decision.HiddenNumbers;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.store.Store;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongPredicate;

/**
 * Finds the first due number of a kind that no import hides. A search past thousands of hidden ones is made in short
 * looks. For some seconds the next search begins where it has ended, because what becomes due meanwhile is due later.
 * Thread-safe.
 */
final class DueSearch {
    private static final long KEPT_MILLIS = 5_000;

    private final Store store;
    private final Map<Integer, Passed> passed = new ConcurrentHashMap<>();

    DueSearch(Store store) {
        this.store = store;
    }

    /** Returns the first due number of a kind up to a time that is free, or {@link Due#NEVER}. */
    Due first(int kind, long until, LongPredicate isFree) {
        Look look = new Look(kind, until, isFree);
        long next = store.look(look::run);
        while (next != Rows.NONE) {
            passed.put(kind, new Passed(next, look.hiding, Deadline.inMillis(KEPT_MILLIS)));
            next = store.look(look::run);
        }
        return look.found;
    }

    record Due(long time, long number) {
        static final Due NEVER = new Due(Long.MAX_VALUE, Rows.NONE);
    }

    /** The time before which all due numbers were hidden at a moment, and the import that hid them. */
    private record Passed(long time, long hiding, Deadline end) {
        boolean isFresh() {
            return end.millisLeft() > 0;
        }
    }

    /** A look at the rows, which may run again if they change meanwhile. */
    private final class Look {
        private final int kind;
        private final long until;
        private final LongPredicate isFree;
        private Due found = Due.NEVER;
        private long hiding = Rows.NONE;

        Look(int kind, long until, LongPredicate isFree) {
            this.kind = kind;
            this.until = until;
            this.isFree = isFree;
        }

        long run(Rows rows) {
            found = Due.NEVER;
            HiddenNumbers hidden = HiddenNumbers.of(rows);
            hiding = hidden.first();
            Passed known = hidden.isEmpty() ? null : passed.get(kind);
            long from = known != null && known.hiding == hiding && known.isFresh() ? known.time : 0;
            return DueIndex.visit(rows, kind, hidden, new DueIndex.Span(from, until), (time, number) -> {
                boolean isFound = isFree.test(number);
                found = isFound ? new Due(time, number) : found;
                return !isFound;
            });
        }
    }
}
