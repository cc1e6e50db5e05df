package dev.plinth.engine.settings;

import java.time.Duration;
import java.util.Objects;

/**
 * For how long rows are kept. Whole days each. Immutable.
 *
 * @param jobs for a finished job, from its end, 1 to 3,650 days
 * @param events for an event, 7 to 3,650 days
 * @param deliveries for a webhook delivery: the longest that it may stay open, and how long it is kept once it is settled.
 *     From 7 days, because its attempts take four, to the time of {@code events}
 * @param revokedKeys for a revoked API key, 1 to 3,650 days
 */
public record RetentionTimes(Duration jobs, Duration events, Duration deliveries, Duration revokedKeys) {
    /** 7 days for jobs, 30 days for all else. */
    public static final RetentionTimes DEFAULT = new RetentionTimes(
            EngineSetting.JOBS_KEPT.timeByDefault(),
            EngineSetting.EVENTS_KEPT.timeByDefault(),
            EngineSetting.DELIVERIES_KEPT.timeByDefault(),
            EngineSetting.REVOKED_KEYS_KEPT.timeByDefault());

    /**
     * Checks the limits of each time.
     *
     * @throws IllegalArgumentException if a time is out of its limits, or deliveries are kept longer than events
     */
    public RetentionTimes {
        Objects.requireNonNull(jobs, "jobs must not be null; RetentionTimes.DEFAULT has the default.");
        Objects.requireNonNull(events, "events must not be null; RetentionTimes.DEFAULT has the default.");
        Objects.requireNonNull(deliveries, "deliveries must not be null; RetentionTimes.DEFAULT has the default.");
        Objects.requireNonNull(revokedKeys, "revokedKeys must not be null; RetentionTimes.DEFAULT has the default.");
        jobs = EngineSetting.JOBS_KEPT.checked(jobs);
        events = EngineSetting.EVENTS_KEPT.checked(events);
        deliveries = EngineSetting.DELIVERIES_KEPT.checked(deliveries);
        revokedKeys = EngineSetting.REVOKED_KEYS_KEPT.checked(revokedKeys);
        if (deliveries.compareTo(events) > 0) {
            throw new IllegalArgumentException(
                    "retention.deliveries (deliveries-kept-days) must be at most retention.events (events-kept-days),"
                            + " because a delivery needs its event, got " + deliveries.toDays() + " and "
                            + events.toDays()
                            + ". Lower the first, or raise the second.");
        }
    }

    /** Returns a copy that keeps finished jobs for this time. */
    public RetentionTimes withJobs(Duration time) {
        return new RetentionTimes(time, events, deliveries, revokedKeys);
    }

    /** Returns a copy that keeps events and deliveries for these times, which depend on each other. */
    public RetentionTimes withEvents(Duration forEvents, Duration forDeliveries) {
        return new RetentionTimes(jobs, forEvents, forDeliveries, revokedKeys);
    }

    /** Returns a copy that keeps revoked keys for this time. */
    public RetentionTimes withRevokedKeys(Duration time) {
        return new RetentionTimes(jobs, events, deliveries, time);
    }
}
