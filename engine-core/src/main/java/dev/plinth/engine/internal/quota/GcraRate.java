package dev.plinth.engine.internal.quota;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A rate of the generic cell rate algorithm (ITU-T I.371).
 * @param nanosPerUnit how far a unit moves the theoretical arrival time
 * @param burstNanos how far that time may be ahead of the clock
 */
record GcraRate(long nanosPerUnit, long burstNanos) {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final ConcurrentHashMap<GcraRate, GcraRate> SHARED = new ConcurrentHashMap<>();

    /**
     * Returns the one object of a rate. Every bucket has a rate, and 100,000 copies would not stay in the processor's
     * caches.
     */
    static GcraRate of(int requests, Duration window) {
        long nanosPerUnit = Math.max(1, window.toNanos() / requests);
        return SHARED.computeIfAbsent(new GcraRate(nanosPerUnit, nanosPerUnit * requests), rate -> rate);
    }

    /** Returns how far an arrival time is ahead of the clock. */
    static long debt(long arrival, long now) {
        return Math.max(0, arrival - now);
    }

    /** Returns the whole units that are left at a debt. */
    long left(long debt) {
        return Math.max(0, (burstNanos - debt) / nanosPerUnit);
    }

    /**
     * Returns the seconds until there is one unit more, rounded up, or 0 if there are all. A debt beyond the burst has
     * to refill first.
     */
    long nextUnitSeconds(long debt) {
        if (debt > burstNanos) {
            return seconds(debt - burstNanos + nanosPerUnit);
        }
        return debt <= 0 ? 0 : seconds((debt - 1) % nanosPerUnit + 1);
    }

    /** Returns the seconds until a debt fits, at least 1, or 0 if it fits now. */
    long waitSeconds(long debt) {
        return debt <= burstNanos ? 0 : Math.max(1, seconds(debt - burstNanos));
    }

    /** Returns the debt of the same units at another rate, cut to its burst. */
    long debtAt(GcraRate other, long debt) {
        double used = debt / (double) nanosPerUnit;
        return Math.min(other.burstNanos, Math.round(used * other.nanosPerUnit));
    }

    private static long seconds(long nanos) {
        return (nanos + NANOS_PER_SECOND - 1) / NANOS_PER_SECOND;
    }
}
