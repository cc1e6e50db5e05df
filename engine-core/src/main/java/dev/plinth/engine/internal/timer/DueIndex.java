package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.Memberships;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.SetKinds;
import java.util.function.LongPredicate;

/**
 * Finds what is due without scanning: one set of milliseconds, and for each of them one set of the numbers that are due then.
 * Two levels, because thousands of things may fall due at one millisecond.
 */
public final class DueIndex {
    /** Stands for "never due". */
    public static final long NEVER = 0;

    private DueIndex() {}

    /** Moves a number of a kind from one due time to another; {@link #NEVER} is no time. */
    public static void move(Memberships sets, int kind, long number, long before, long after) {
        if (before == after) {
            return;
        }
        if (before != NEVER && sets.remove(at(kind, before), number)) {
            sets.remove(times(kind), before);
        }
        if (after != NEVER) {
            sets.add(at(kind, after), number);
            sets.add(times(kind), after);
        }
    }

    /** The first millisecond after this one at which something of a kind is due; {@link Rows#NONE} if there is none. */
    public static long nextTime(Rows rows, int kind, long after) {
        return rows.ceiling(times(kind), after + 1);
    }

    /** The first number after this one that is due at a millisecond; {@link Rows#NONE} if there is none. */
    static long nextNumber(Rows rows, int kind, long time, long after) {
        return rows.ceiling(at(kind, time), after + 1);
    }

    /** Shows the numbers of a kind up to a time, in order, while the visitor wants more. */
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
