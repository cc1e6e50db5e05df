package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.RowSets;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.SetKinds;
import java.util.function.LongPredicate;

/**
 * Finds due work without scanning: a set of milliseconds, and for each of them a set of the numbers that are due then.
 * It has two levels because thousands of numbers may be due at one millisecond.
 */
public final class DueIndex {
    /** Means "never due". */
    public static final long NEVER = 0;

    private DueIndex() {}

    /** Tells that a number of a kind is due at a time in epoch milliseconds. {@link #NEVER} is no time. */
    public static void tell(RowSets sets, int kind, long number, long time) {
        if (time != NEVER) {
            sets.member(at(kind, time), number, times(kind), time);
        }
    }

    /** Returns the first millisecond after this one at which work of a kind is due, or {@link Rows#NONE}. */
    public static long nextTime(Rows rows, int kind, long after) {
        return rows.ceiling(times(kind), after + 1);
    }

    /** Returns the first number after this one that is due at a millisecond, or {@link Rows#NONE}. */
    static long nextNumber(Rows rows, int kind, long time, long after) {
        return rows.ceiling(at(kind, time), after + 1);
    }

    /** Visits the numbers of a kind up to a time, in order, until the visitor returns false. */
    public static void forEach(Rows rows, int kind, long until, LongPredicate visitor) {
        for (long time = nextTime(rows, kind, Rows.NONE);
                time != Rows.NONE && time <= until;
                time = nextTime(rows, kind, time)) {
            long number = nextNumber(rows, kind, time, Rows.NONE);
            while (number != Rows.NONE) {
                if (!visitor.test(number)) {
                    return;
                }
                number = nextNumber(rows, kind, time, number);
            }
        }
    }

    private static SetKey times(int kind) {
        return SetKey.of(SetKinds.DUE_TIMES, kind);
    }

    private static SetKey at(int kind, long time) {
        return new SetKey(SetKinds.DUE_AT, kind, time);
    }
}
