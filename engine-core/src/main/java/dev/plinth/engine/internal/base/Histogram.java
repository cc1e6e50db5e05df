package dev.plinth.engine.internal.base;

import dev.plinth.engine.api.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts times by their length. Thread-safe, without locks. */
public final class Histogram {
    private static final double MICROS = 1e6;

    private final long[] edgesMicros;
    private final LongAdder[] counts;
    private final LongAdder sumMicros = new LongAdder();

    /**
     * Begins with no counts.
     *
     * @param edgesMicros the upper bounds of all buckets but the last, ascending
     */
    public Histogram(long... edgesMicros) {
        this.edgesMicros = edgesMicros.clone();
        this.counts = new LongAdder[edgesMicros.length + 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    /** Counts a time in microseconds. A negative one counts as 0. */
    public void add(long micros) {
        int bucket = 0;
        while (bucket < edgesMicros.length && micros > edgesMicros[bucket]) {
            bucket++;
        }
        counts[bucket].increment();
        sumMicros.add(Math.max(0, micros));
    }

    /** Adds the present count of each bucket to sums, which has as many buckets. */
    public void addTo(long[] sums) {
        for (int i = 0; i < counts.length; i++) {
            sums[i] += counts[i].sum();
        }
    }

    /** Returns the present counts under labels. */
    public Figure.Distribution read(Map<String, String> labels) {
        List<Figure.Bucket> buckets = new ArrayList<>(counts.length);
        long count = 0;
        for (int i = 0; i < counts.length; i++) {
            count += counts[i].sum();
            double most = i < edgesMicros.length ? edgesMicros[i] / MICROS : Double.POSITIVE_INFINITY;
            buckets.add(new Figure.Bucket(most, count));
        }
        return new Figure.Distribution(labels, buckets, sumMicros.sum() / MICROS);
    }
}
