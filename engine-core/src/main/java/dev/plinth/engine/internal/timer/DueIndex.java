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

    /** Moves a number of a lane from one due time to another; {@link #NEVER} is no time. */
    public static void move(Memberships sets, int lane, long number, long before, long after) {
        if (before == after) {
            return;
        }
        if (before != NEVER && sets.remove(at(lane, before), number)) {
            sets.remove(times(lane), before);
        }
        if (after != NEVER) {
            sets.add(at(lane, after), number);
            sets.add(times(lane), after);
        }
    }

    /** The first millisecond after this one at which something of a lane is due; {@link Rows#NONE} if there is none. */
    public static long nextTime(Rows rows, int lane, long after) {
        return rows.ceiling(times(lane), after + 1);
    }

    /** The first number after this one that is due at a millisecond; {@link Rows#NONE} if there is none. */
    static long nextNumber(Rows rows, int lane, long time, long after) {
        return rows.ceiling(at(lane, time), after + 1);
    }

    /** Shows the numbers of a lane up to a time, in order, while the visitor wants more. */
    public static void forEach(Rows rows, int lane, long until, LongPredicate visitor) {
        for (long time = nextTime(rows, lane, Rows.NONE);
                time != Rows.NONE && time <= until;
                time = nextTime(rows, lane, time)) {
            long number = nextNumber(rows, lane, time, Rows.NONE);
            while (number != Rows.NONE) {
                if (!visitor.test(number)) {
                    return;
                }
                number = nextNumber(rows, lane, time, number);
            }
        }
    }

    private static SetKey times(int lane) {
        return SetKey.of(SetKinds.DUE_TIMES, lane);
    }

    private static SetKey at(int lane, long time) {
        return new SetKey(SetKinds.DUE_AT, lane, time);
    }
}
