package dev.plinth.engine.internal.webhook;

/**
 * So many a second, all of which may come at once: a bucket that is empty when its last unit would be used up ahead of time (GCRA). It goes by the
 * engine's time. Not thread-safe.
 */
final class RateLimiter {
    private static final long MICROS = 1_000_000;
    private static final long MILLI_MICROS = 1_000;

    private final long gapMicros;
    private long usedUntilMicros;

    /** A rate of which nothing is used. */
    RateLimiter(int perSecond) {
        this.gapMicros = MICROS / perSecond;
    }

    /** Returns from when on one more is allowed, in epoch milliseconds. */
    long nextMillis() {
        return -Math.floorDiv(MICROS - usedUntilMicros - gapMicros, MILLI_MICROS);
    }

    /** Uses one. */
    void take(long nowMillis) {
        usedUntilMicros = Math.max(usedUntilMicros, nowMillis * MILLI_MICROS) + gapMicros;
    }

    /** Returns true if it is as if nothing had been used. */
    boolean isUnused(long nowMillis) {
        return usedUntilMicros <= nowMillis * MILLI_MICROS;
    }
}
