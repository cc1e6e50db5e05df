package dev.plinth.engine.internal.metrics;

/** The figures of a point of the health history, in the order in which the wire shows them. */
public enum HealthFigure {
    /** The milliseconds since the point before, over which the point counts requests. */
    MILLIS("millis"),
    /** Requests that were answered. */
    REQUESTS("requests"),
    /** Requests that were answered with 4xx. */
    CLIENT_ERRORS("clientErrors"),
    /** Requests that were answered with 5xx. */
    SERVER_ERRORS("serverErrors"),
    /** Requests that a rate limit refused. */
    RATE_LIMITED("rateLimited"),
    /** Half of the requests took at most so many microseconds. */
    LATENCY_P50("latencyP50Micros"),
    /** Nearly all of the requests, 99 %, took at most so many microseconds. */
    LATENCY_P99("latencyP99Micros"),
    /** Queued jobs. */
    JOBS_QUEUED("jobsQueued"),
    /** Running jobs. */
    JOBS_RUNNING("jobsRunning"),
    /** Failed jobs that are kept. */
    JOBS_FAILED("jobsFailed"),
    /** Deliveries that wait for their first attempt. */
    DELIVERIES_PENDING("deliveriesPending"),
    /** Deliveries that wait for a further attempt. */
    DELIVERIES_RETRYING("deliveriesRetrying"),
    /** Deliveries whose attempts are used up. */
    DELIVERIES_EXHAUSTED("deliveriesExhausted"),
    /** Deliveries that are held. */
    DELIVERIES_HELD("deliveriesHeld"),
    /** Records that are appended and not durable yet. */
    JOURNAL_LAG("journalLagRecords"),
    /** Records behind the newest snapshot. */
    SNAPSHOT_LAG("snapshotLagRecords");

    private final String wireName;

    HealthFigure(String wireName) {
        this.wireName = wireName;
    }

    /** Returns the name of the member on the wire. */
    public String wireName() {
        return wireName;
    }

    /** Returns true if a point lacks the figure where no request was answered. */
    public boolean isLatency() {
        return this == LATENCY_P50 || this == LATENCY_P99;
    }
}
