package dev.plinth.engine.internal.webhook;

import java.time.Duration;

/** The times between attempts after a failure (Standard Webhooks 1.0.0, with jitter that only adds). */
final class Schedule {
    /** Attempts by the schedule. */
    static final int ATTEMPTS_MAX = 10;

    private static final long[] GAPS_MILLIS = {
        0,
        Duration.ofSeconds(5).toMillis(),
        Duration.ofMinutes(5).toMillis(),
        Duration.ofMinutes(30).toMillis(),
        Duration.ofHours(2).toMillis(),
        Duration.ofHours(5).toMillis(),
        Duration.ofHours(10).toMillis(),
        Duration.ofHours(14).toMillis(),
        Duration.ofHours(20).toMillis(),
        Duration.ofHours(24).toMillis()
    };
    private static final double JITTER = 0.2;
    private static final long RETRY_AFTER_MILLIS_MAX = Duration.ofHours(24).toMillis();

    private Schedule() {}

    /**
     * Returns the gap after so many attempts.
     *
     * @param attempts attempts made, 1 to 9
     * @param retryAfterSeconds the seconds that the receiver asked for; 0 if it did not
     * @param chance a random number from 0 to below 1
     */
    static long gapMillis(int attempts, long retryAfterSeconds, double chance) {
        long base = GAPS_MILLIS[attempts];
        long scheduled = base + (long) (base * JITTER * chance);
        long asked = Math.min(
                RETRY_AFTER_MILLIS_MAX, Math.max(0, Math.min(retryAfterSeconds, RETRY_AFTER_MILLIS_MAX)) * 1000);
        return Math.max(scheduled, asked);
    }
}
