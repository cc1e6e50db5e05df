package dev.plinth.engine.internal.webhook;

/**
 * A rate per second, all of which may come at once. It is a bucket by the generic cell rate algorithm, and goes by the
 * engine's time. Not thread-safe.
 */
final class RateLimiter {
    private static final long MICROS = 1_000_000;
    private static final long MILLI_MICROS = 1_000;

    private long gapMicros;
    private long usedUntilMicros;

    /** Makes a rate with all its units. */
    RateLimiter(int perSecond) {
        this.gapMicros = MICROS / perSecond;
    }

    /** Sets another rate. The units in use stay in use. */
    void setRate(int perSecond) {
        gapMicros = MICROS / perSecond;
    }

    /** Returns from when on one more unit is allowed, in epoch milliseconds. */
    long nextMillis() {
        return -Math.floorDiv(MICROS - usedUntilMicros - gapMicros, MILLI_MICROS);
    }

    /** Takes a unit. */
    void take(long nowMillis) {
        usedUntilMicros = Math.max(usedUntilMicros, nowMillis * MILLI_MICROS) + gapMicros;
    }

    /** Returns true if all units are there again. */
    boolean isUnused(long nowMillis) {
        return usedUntilMicros <= nowMillis * MILLI_MICROS;
    }
}
