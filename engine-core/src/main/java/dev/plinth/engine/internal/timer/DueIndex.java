package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.decision.HiddenNumbers;
import dev.plinth.engine.internal.base.rows.RowSets;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import java.util.function.LongPredicate;

/**
 * Finds due work without scanning: a set of milliseconds, and for each of them a set of the numbers that are due then.
 * It has two levels because thousands of numbers may be due at one millisecond.
 */
public final class DueIndex {
    /** Means "never due". */
    public static final long NEVER = 0;

    /** Hidden numbers that one look passes over. More would hold it up for longer than a moment. */
    static final int PASSED_MAX = 1_000;

    private DueIndex() {}

    /** Tells that a number of a kind is due at a time in epoch milliseconds. {@link #NEVER} is no time. */
    public static void tell(RowSets sets, int kind, long number, long time) {
        if (time != NEVER) {
            sets.member(at(kind, time), number, times(kind), time);
        }
    }

    /**
     * Returns the first millisecond at which work of a kind is due that no import hides, or {@link Rows#NONE}. Behind very
     * many hidden rows nothing is found until their import ends.
     */
    public static long firstTime(Rows rows, int kind) {
        HiddenNumbers hidden = HiddenNumbers.of(rows);
        if (hidden.isEmpty()) {
            return rows.ceiling(times(kind), 0);
        }
        FirstTime first = new FirstTime();
        long unused = visit(rows, kind, hidden, new Span(0, Long.MAX_VALUE), first);
        return first.found;
    }

    /**
     * Visits the numbers of a kind up to a time, in order, until the visitor returns false. Numbers that an import hides
     * are passed over, and behind very many of them the visit ends.
     */
    public static void forEach(Rows rows, int kind, long until, LongPredicate visitor) {
        forEach(rows, kind, 0, until, visitor);
    }

    /** Does the same from a time on. */
    public static void forEach(Rows rows, int kind, long from, long until, LongPredicate visitor) {
        long unused = visit(
                rows, kind, HiddenNumbers.of(rows), new Span(from, until), (time, number) -> visitor.test(number));
    }

    /**
     * Visits the numbers of a kind in a span of time, in order, until the visitor returns false.
     *
     * @return the time from which on it is to be continued, because many hidden numbers were passed over;
     *     {@link Rows#NONE} if it has ended
     */
    static long visit(Rows rows, int kind, HiddenNumbers hidden, Span span, DueVisitor visitor) {
        SetKey times = times(kind);
        int passed = 0;
        long time = rows.ceiling(times, span.from);
        while (time != Rows.NONE && time <= span.until) {
            if (passed > PASSED_MAX) {
                return time;
            }
            SetKey numbers = at(kind, time);
            long number = rows.ceiling(numbers, 0);
            while (number != Rows.NONE) {
                long end = hidden.endOf(number);
                if (end != Rows.NONE) {
                    passed++;
                } else if (visitor.visit(time, number)) {
                    end = number;
                } else {
                    return Rows.NONE;
                }
                number = rows.ceiling(numbers, end + 1);
            }
            time = rows.ceiling(times, time + 1);
        }
        return Rows.NONE;
    }

    private static SetKey times(int kind) {
        return SetKey.of(SetKinds.DUE_TIMES, kind);
    }

    private static SetKey at(int kind, long time) {
        return new SetKey(SetKinds.DUE_AT, kind, time);
    }

    /**
     * A span of time, with both ends.
     *
     * @param from in epoch milliseconds
     * @param until in epoch milliseconds
     */
    record Span(long from, long until) {}

    /** Takes due numbers. */
    @FunctionalInterface
    interface DueVisitor {
        /** Returns false to end the visit. */
        boolean visit(long time, long number);
    }

    private static final class FirstTime implements DueVisitor {
        private long found = Rows.NONE;

        @Override
        public boolean visit(long time, long number) {
            found = time;
            return false;
        }
    }
}
