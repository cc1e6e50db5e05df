package dev.plinth.engine.settings;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;

/**
 * The settings of an engine that are numbers, each with its limits and its default. The builder checks values by them,
 * and the program's configuration and its page follow from them.
 */
public enum EngineSetting {
    /** Resources to make room for. */
    MAX_RESOURCES(
            "maxResources",
            Unit.COUNT,
            Values.of(1, 1_000_000_000).byDefault(1_000_000),
            "Resources to make room for; with --tables off-heap or chronicle only."),

    /** Entries of the request log in memory. */
    REQUEST_LOG_ENTRIES(
            "requestLogEntries",
            Unit.COUNT,
            Values.of(1_000, 10_000_000).byDefault(100_000),
            "Requests of all workspaces that the request log keeps in memory."),

    /** Bytes of the files of the request log. */
    REQUEST_LOG_BYTES(
            "requestLogBytes",
            Unit.BYTES,
            Values.of(1_000_000, 1_000_000_000_000L),
            "Keep the request log in files of the data directory too, within these bytes."),

    /** Handlers of jobs that run at once. */
    JOBS_RUNNING(
            "places.jobs",
            Unit.COUNT,
            Values.of(1, 10_000).byDefault(80).live(),
            "Handlers of jobs that run at once in this process."),

    /** Webhook attempts in flight at once. */
    DELIVERIES_RUNNING(
            "places.deliveries",
            Unit.COUNT,
            Values.of(1, 65_536).byDefault(4_096).live(),
            "Most webhook attempts in flight, and at most one for each 128 KiB of the heap."),

    /** Webhook attempts in flight at one endpoint. */
    DELIVERIES_RUNNING_PER_ENDPOINT(
            "places.deliveriesPerEndpoint",
            Unit.COUNT,
            Values.of(1, 10_000).byDefault(10_000).live(),
            "Most webhook attempts in flight at one endpoint; an endpoint begins with few, and gets more as it answers."),

    /** Webhooks a second to a host. */
    WEBHOOK_HOST_RATE(
            "webhookHostRate",
            Unit.COUNT,
            Values.of(1, 100_000).byDefault(500).live(),
            "Webhooks a second to a host, or HOST:PORT, from all workspaces; * for all others."),

    /** Days for which a finished job is kept. */
    JOBS_KEPT("retention.jobs", Unit.DAYS, Values.of(1, 3_650).byDefault(7), "Days for which finished jobs are kept."),

    /** Days for which an event is kept. */
    EVENTS_KEPT("retention.events", Unit.DAYS, Values.of(7, 3_650).byDefault(30), "Days for which events are kept."),

    /** Days for which a delivery may stay open, and for which it is kept once it is settled. */
    DELIVERIES_KEPT(
            "retention.deliveries",
            Unit.DAYS,
            Values.of(7, 3_650).byDefault(30),
            "Days for which a delivery may stay open, and for which a settled one is kept; at most those of events."),

    /** Days for which a revoked key is shown. */
    REVOKED_KEYS_KEPT(
            "retention.revokedKeys",
            Unit.DAYS,
            Values.of(1, 3_650).byDefault(30),
            "Days for which revoked API keys are shown."),

    /** Seconds that closing waits for work in flight. */
    DRAIN(
            "grace.drain",
            Unit.SECONDS,
            Values.of(1, 3_600).byDefault(10),
            "Seconds that a stop waits for requests in flight, and then for the engine's own work."),

    /** Seconds after which closing gives up. */
    CLOSE(
            "grace.close",
            Unit.SECONDS,
            Values.of(5, 36_000).byDefault(40),
            "Seconds after which closing the engine gives up on the disk; at least twice --drain-seconds.");

    private static final long NONE = -1;

    private final String javaName;
    private final Unit unit;
    private final Values values;
    private final String meaning;

    EngineSetting(String javaName, Unit unit, Values values, String meaning) {
        this.javaName = javaName;
        this.unit = unit;
        this.values = values;
        this.meaning = meaning;
    }

    /** The unit of a value. */
    private enum Unit {
        COUNT(""),
        BYTES(""),
        DAYS("-days"),
        SECONDS("-seconds");

        private final String suffix;

        Unit(String suffix) {
            this.suffix = suffix;
        }
    }

    private record Values(long min, long max, long byDefault, boolean isLive) {
        static Values of(long min, long max) {
            return new Values(min, max, NONE, false);
        }

        Values byDefault(long value) {
            return new Values(min, max, value, isLive);
        }

        Values live() {
            return new Values(min, max, byDefault, true);
        }
    }

    /** Returns the name in the program's configuration, such as {@code jobs-kept-days}. */
    public String settingName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-') + unit.suffix;
    }

    /** Returns the method of the engine's builder that takes it, and the component of its argument, such as {@code places.jobs}. */
    public String javaName() {
        return javaName;
    }

    /** Returns one sentence on the setting. */
    public String meaning() {
        return meaning;
    }

    /** Returns the least value. */
    public long min() {
        return values.min;
    }

    /** Returns the greatest value. */
    public long max() {
        return values.max;
    }

    /** Returns true if there is a default value; otherwise the setting is off until it is given. */
    public boolean hasDefault() {
        return values.byDefault != NONE;
    }

    /**
     * Returns the value that holds if none is given.
     *
     * @throws IllegalStateException if there is none
     */
    public long byDefault() {
        if (!hasDefault()) {
            throw new IllegalStateException("The setting " + javaName + " has no default; ask hasDefault first.");
        }
        return values.byDefault;
    }

    /** Returns true if it changes while the engine runs, by {@code LiveSettings.replace}. */
    public boolean isLive() {
        return values.isLive;
    }

    /**
     * Checks a value.
     *
     * @return the value
     * @throws IllegalArgumentException if it is out of its limits
     */
    public long checked(long value) {
        if (value < values.min || value > values.max) {
            throw new IllegalArgumentException(javaName + " must be " + values.min + " to " + values.max + ", got "
                    + value + ". Choose a value in between, or leave it out.");
        }
        return value;
    }

    /**
     * Checks a time of whole days or seconds, whichever the setting counts.
     *
     * @return the time
     * @throws IllegalArgumentException if it is out of its limits, or is no whole number of days or seconds
     */
    public Duration checked(Duration time) {
        Objects.requireNonNull(time, "time must not be null.");
        Duration one = unit == Unit.DAYS ? Duration.ofDays(1) : Duration.ofSeconds(1);
        long count = time.dividedBy(one);
        if (!one.multipliedBy(count).equals(time)) {
            throw new IllegalArgumentException(javaName + " must be a whole number of "
                    + unit.name().toLowerCase(Locale.ROOT) + ", got " + time + ". Round it.");
        }
        return time(count);
    }

    /** Returns a time of so many days or seconds, whichever the setting counts. */
    public Duration time(long count) {
        return unit == Unit.DAYS ? Duration.ofDays(checked(count)) : Duration.ofSeconds(checked(count));
    }

    /** Returns the time that holds if none is given. */
    Duration timeByDefault() {
        return time(byDefault());
    }
}
