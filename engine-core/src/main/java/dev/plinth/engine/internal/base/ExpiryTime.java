package dev.plinth.engine.internal.base;

/**
 * The time by which something ends for good. A clock may be wrong for a while, and an end cannot be undone. So this time
 * follows a jump of the clock only after three hours.
 */
public interface ExpiryTime {
    /**
     * Returns the time by which rows expire, in epoch milliseconds.
     *
     * @param nowMillis the time of the decision
     */
    default long expiryTime(long nowMillis) {
        return nowMillis;
    }

    /**
     * Returns the time by which a duration ends, in epoch milliseconds. One that began after the last jump ends by the
     * time of the decision.
     *
     * @param beganMillis when the duration began
     * @param nowMillis the time of the decision
     */
    default long expiryTime(long beganMillis, long nowMillis) {
        return nowMillis;
    }
}
