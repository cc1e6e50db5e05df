package dev.plinth.engine.api;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A family of figures of an engine, as {@code GET /metrics} shows it. It names no workspace. Immutable.
 */
public final class Figure {
    private final String name;
    private final Kind kind;
    private final String help;
    private final List<Sample> samples;

    private Figure(String name, Kind kind, String help, List<? extends Sample> samples) {
        this.name = Objects.requireNonNull(name, "name must not be null.");
        this.kind = Objects.requireNonNull(kind, "kind must not be null.");
        this.help = Objects.requireNonNull(help, "help must not be null.");
        this.samples = List.copyOf(Objects.requireNonNull(samples, "samples must not be null."));
    }

    /**
     * Returns a family.
     *
     * @param name its name for Prometheus, such as {@code plinth_jobs}; that of a counter ends in {@code _total}
     * @param kind how its samples change
     * @param help one sentence for people
     * @param samples its samples, each with labels of its own
     */
    public static Figure of(String name, Kind kind, String help, List<? extends Sample> samples) {
        return new Figure(name, kind, help, samples);
    }

    /** Returns its name for Prometheus, such as {@code plinth_jobs}; that of a counter ends in {@code _total}. */
    public String name() {
        return name;
    }

    /** Returns how its samples change. */
    public Kind kind() {
        return kind;
    }

    /** Returns one sentence for people. */
    public String help() {
        return help;
    }

    /** Returns its samples, each with labels of its own. */
    public List<Sample> samples() {
        return samples;
    }

    @Override
    public String toString() {
        return "Figure[" + name + ", " + kind + ", " + samples + "]";
    }

    /** The kinds of figures. */
    public enum Kind {
        /** Only rises until the engine is closed, or the reign of its node ends. */
        COUNTER,
        /** Rises and falls. */
        GAUGE,
        /** Counts values by their size. */
        HISTOGRAM
    }

    /** A sample of a family: a {@link Value} of a counter or gauge, or a {@link Distribution} of a histogram. */
    public sealed interface Sample permits Value, Distribution {
        /** Returns the labels in order, by name. A sample is known by them. */
        Map<String, String> labels();
    }

    /**
     * A value. Times are in seconds, sizes in bytes.
     *
     * @param labels the labels in order, not to be changed
     */
    public record Value(Map<String, String> labels, double value) implements Sample {
        /** Refuses null. */
        public Value {
            Objects.requireNonNull(labels, "labels must not be null.");
        }
    }

    /**
     * The distribution of times in seconds.
     *
     * @param labels the labels in order, not to be changed
     * @param buckets the counts by size, the smallest first. The last bucket has no upper bound and counts all values
     * @param sum the sum of all values
     */
    public record Distribution(Map<String, String> labels, List<Bucket> buckets, double sum) implements Sample {
        /** Refuses null. Copies the buckets. */
        public Distribution {
            Objects.requireNonNull(labels, "labels must not be null.");
            Objects.requireNonNull(buckets, "buckets must not be null.");
            buckets = List.copyOf(buckets);
        }

        /** Returns how many values there are. */
        public long count() {
            return buckets.get(buckets.size() - 1).count();
        }
    }

    /**
     * The count of small values.
     *
     * @param most the largest value that counts, in seconds; infinite for the last bucket
     * @param count how many values are at most that
     */
    public record Bucket(double most, long count) {}
}
