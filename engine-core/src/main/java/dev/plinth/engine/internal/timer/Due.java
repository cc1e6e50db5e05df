package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.Rows;

/**
 * Something that falls due.
 *
 * @param time when, in epoch milliseconds
 * @param number under which number its lane knows it
 */
public record Due(long time, long number) {
    /** Nothing. */
    public static final Due NEVER = new Due(Long.MAX_VALUE, Rows.NONE);

    /** The first thing that the due index has for a lane and that is not under way. */
    static Due first(Rows rows, Lane lane, long until) {
        if (lane.isFull()) {
            return NEVER;
        }
        long time = DueIndex.nextTime(rows, lane.number(), Rows.NONE);
        while (time != Rows.NONE && time <= until) {
            long number = DueIndex.nextNumber(rows, lane.number(), time, Rows.NONE);
            while (number != Rows.NONE) {
                if (!lane.isBusy(number)) {
                    return new Due(time, number);
                }
                number = DueIndex.nextNumber(rows, lane.number(), time, number);
            }
            time = DueIndex.nextTime(rows, lane.number(), time);
        }
        return NEVER;
    }
}
