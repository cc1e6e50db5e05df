package dev.plinth.engine.internal.base.rows;

import dev.plinth.engine.internal.base.ExpiryTime;

/**
 * The time for which an old secret still counts beside its successor.
 *
 * @param since when the successor was made, in epoch milliseconds; 0 if that is not known
 * @param until when it ends, in epoch milliseconds
 */
public record Grace(long since, long until) {
    /** That of a secret without a successor. */
    public static final Grace ENDLESS = new Grace(0, Long.MAX_VALUE);

    /** Returns true if it has ended. A jump of the clock does not end it, because no call brings the secret back. */
    public boolean isOver(ExpiryTime time, long nowMillis) {
        return until <= time.expiryTime(since, nowMillis);
    }

    /** Returns this grace, which another rotation may end earlier. */
    public Grace endedBy(Grace other) {
        return other.until < until ? other : this;
    }

    /** Reads what {@link #write} wrote; of an older row its end alone. */
    public static Grace read(RowReader in, boolean isWhole) {
        long until = in.number();
        return new Grace(isWhole ? in.number() : 0, until);
    }

    /** Writes both times. */
    public RowWriter write(RowWriter out) {
        return out.number(until).number(since);
    }
}
