package dev.plinth.engine.internal.quota;

import java.util.concurrent.ConcurrentHashMap;

/**
 * A rate by the generic cell rate algorithm (ITU-T I.371): how far a theoretical arrival time is moved by a unit, and how far
 * it may be ahead of the clock.
 */
record GcraRate(long nanosPerUnit, long burstNanos) {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final ConcurrentHashMap<GcraRate, GcraRate> SHARED = new ConcurrentHashMap<>();

    /** Equal rates are one object, since every bucket has one: of 100,000 the processor's caches would not hold their own. */
    static GcraRate of(int requests, int windowSeconds) {
        long nanosPerUnit = Math.max(1, windowSeconds * NANOS_PER_SECOND / requests);
        return SHARED.computeIfAbsent(new GcraRate(nanosPerUnit, nanosPerUnit * requests), rate -> rate);
    }

    /** How far an arrival time is ahead of the clock. */
    static long debt(long arrival, long now) {
        return Math.max(0, arrival - now);
    }

    /** Whole units that are left at a debt. */
    long left(long debt) {
        return Math.max(0, (burstNanos - debt) / nanosPerUnit);
    }

    /** Seconds until one more unit is there, rounded up; 0 if all are. A debt beyond the burst has to come back first. */
    long nextUnitSeconds(long debt) {
        if (debt > burstNanos) {
            return seconds(debt - burstNanos + nanosPerUnit);
        }
        return debt <= 0 ? 0 : seconds((debt - 1) % nanosPerUnit + 1);
    }

    /** Seconds until there is room for a debt that is too large, at least 1; 0 if there is room. */
    long waitSeconds(long debt) {
        return debt <= burstNanos ? 0 : Math.max(1, seconds(debt - burstNanos));
    }

    /** The debt that stands for the same units at another rate, cut to its burst. */
    long debtAt(GcraRate other, long debt) {
        double used = debt / (double) nanosPerUnit;
        return Math.min(other.burstNanos, Math.round(used * other.nanosPerUnit));
    }

    private static long seconds(long nanos) {
        return (nanos + NANOS_PER_SECOND - 1) / NANOS_PER_SECOND;
    }
}
