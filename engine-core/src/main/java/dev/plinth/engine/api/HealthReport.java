package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/** The health figures of the last hour. */
public final class HealthReport extends JsonView {
    private HealthReport(Json json) {
        super(json, List.of("intervalSeconds", "data"));
    }

    /**
     * Reads the figures from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static HealthReport of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return new HealthReport(json);
    }

    /** Returns the time between two points, in whole seconds. */
    public Duration interval() {
        return Duration.ofSeconds(number("intervalSeconds"));
    }

    /** Returns the points, the oldest first. */
    public List<Point> data() {
        return list("data", HealthReport.Point.class);
    }

    /** The figures at a time. Counts are those since the point before. */
    public static final class Point extends JsonView {
        private Point(Json json) {
            super(json, List.of("at"));
        }

        /**
         * Reads a point from its JSON on the wire.
         *
         * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
         */
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        public static Point of(Json json) {
            Objects.requireNonNull(json, "json must not be null.");
            return new Point(json);
        }

        /** Returns its time. */
        public Instant at() {
            return time("at");
        }

        /** Returns the milliseconds since the point before, over which this point counts requests. */
        public long millis() {
            return number("millis");
        }

        /** Returns the requests that were answered. */
        public long requests() {
            return number("requests");
        }

        /** Returns the requests that were answered with 4xx. */
        public long clientErrors() {
            return number("clientErrors");
        }

        /** Returns the requests that were answered with 5xx. */
        public long serverErrors() {
            return number("serverErrors");
        }

        /** Returns the requests that a rate limit refused. */
        public long rateLimited() {
            return number("rateLimited");
        }

        /** Returns the microseconds that half of the requests took at most; empty if none was answered. */
        public OptionalLong latencyP50Micros() {
            return optionalNumber("latencyP50Micros");
        }

        /** Returns the microseconds that 99 % of the requests took at most; empty if none was answered. */
        public OptionalLong latencyP99Micros() {
            return optionalNumber("latencyP99Micros");
        }

        /** Returns the queued jobs. */
        public long jobsQueued() {
            return number("jobsQueued");
        }

        /** Returns the running jobs. */
        public long jobsRunning() {
            return number("jobsRunning");
        }

        /** Returns the failed jobs that are kept. */
        public long jobsFailed() {
            return number("jobsFailed");
        }

        /** Returns the deliveries that wait for their first attempt. */
        public long deliveriesPending() {
            return number("deliveriesPending");
        }

        /** Returns the deliveries that wait for a further attempt. */
        public long deliveriesRetrying() {
            return number("deliveriesRetrying");
        }

        /** Returns the deliveries whose attempts are used up. */
        public long deliveriesExhausted() {
            return number("deliveriesExhausted");
        }

        /** Returns the deliveries that are held. */
        public long deliveriesHeld() {
            return number("deliveriesHeld");
        }

        /** Returns the records that are appended and not durable yet. */
        public long journalLagRecords() {
            return number("journalLagRecords");
        }

        /** Returns the records behind the newest snapshot. */
        public long snapshotLagRecords() {
            return number("snapshotLagRecords");
        }
    }
}
