package dev.plinth.engine.internal.job;

import dev.plinth.engine.internal.base.Histogram;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Counts how long jobs waited and ran, by type. A type that a handler in this JVM runs counts each attempt. Any other
 * type is run by workers and counts each job at its end, from its first lease on. Thread-safe.
 */
public final class JobTimes {
    /** The most types that are told apart, and what stands for all others. */
    static final int TYPES_MAX = 100;

    static final String OTHERS = "(other)";

    /** The wait of an attempt that came after another one. Its backoff is no wait for a place. */
    static final long NO_WAIT = -1;

    private static final long[] EDGES_MICROS = {
        1_000,
        10_000,
        100_000,
        500_000,
        1_000_000,
        5_000_000,
        30_000_000,
        60_000_000,
        300_000_000,
        1_800_000_000L,
        7_200_000_000L,
        86_400_000_000L
    };

    private final ConcurrentHashMap<String, Times> types = new ConcurrentHashMap<>();

    /**
     * Begins with no counts.
     *
     * @param here the types that handlers of this JVM run, which are always told apart
     */
    JobTimes(Set<String> here) {
        here.forEach(type -> types.put(type, fresh()));
    }

    /**
     * The times of the jobs of a type.
     *
     * @param waits from the time at which a job was queued to its begin
     * @param runs from the begin to the end
     */
    public record Times(Histogram waits, Histogram runs) {}

    public Map<String, Times> byType() {
        return new TreeMap<>(types);
    }

    /** Begins to measure an attempt in this JVM. */
    Run begin() {
        return new Run(System.nanoTime());
    }

    /** An attempt that is measured. */
    final class Run {
        private final long beganNanos;

        private Run(long beganNanos) {
            this.beganNanos = beganNanos;
        }

        /** Counts the attempt at its end. */
        void end(String type, long waitMillis) {
            ran(type, waitMillis, System.nanoTime() - beganNanos);
        }
    }

    private void ran(String type, long waitMillis, long runNanos) {
        Times times = times(type);
        if (waitMillis != NO_WAIT) {
            times.waits().add(TimeUnit.MILLISECONDS.toMicros(waitMillis));
        }
        times.runs().add(TimeUnit.NANOSECONDS.toMicros(runNanos));
    }

    /** Counts the job of a worker that has ended. */
    void ended(JobRow row) {
        JobRow.Facts facts = row.facts();
        if (row.attempts().startedAt() != 0) {
            long wait = row.attempts().startedAt() - Math.max(facts.createdAt(), facts.runAt());
            ran(
                    facts.type(),
                    wait,
                    TimeUnit.MILLISECONDS.toNanos(
                            row.finishedAt() - row.attempts().startedAt()));
        }
    }

    private static Times fresh() {
        return new Times(new Histogram(EDGES_MICROS), new Histogram(EDGES_MICROS));
    }

    private Times times(String type) {
        Times known = types.get(type);
        if (known != null) {
            return known;
        }
        String name = types.size() < TYPES_MAX ? type : OTHERS;
        return types.computeIfAbsent(name, unknown -> fresh());
    }
}
