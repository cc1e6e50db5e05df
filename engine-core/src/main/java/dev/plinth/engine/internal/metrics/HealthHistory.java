package dev.plinth.engine.internal.metrics;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps the figures of the last hour in memory, a point for each {@link #INTERVAL_SECONDS}. Thread-safe.
 */
public final class HealthHistory {
    /** The seconds from one point to the next. */
    public static final int INTERVAL_SECONDS = 10;

    /** The seconds that points are kept. */
    public static final int KEPT_SECONDS = 3_600;

    /** The most points at a time. */
    static final int POINTS_MAX = KEPT_SECONDS / INTERVAL_SECONDS + 1;

    private static final int MILLIS_PER_SECOND = 1_000;
    private static final double HALF = 0.5;
    private static final double NEARLY_ALL = 0.99;

    private final RequestMetrics requests;
    private final Deque<HealthPoint> points = new ArrayDeque<>();
    private RequestMetrics.Totals before;
    private long beforeMillis;

    /**
     * Begins an empty history.
     *
     * @param requests the counts of requests
     * @param nowMillis the present time, in epoch milliseconds
     */
    public HealthHistory(RequestMetrics requests, long nowMillis) {
        this.requests = requests;
        this.before = requests.totals();
        this.beforeMillis = nowMillis;
    }

    /**
     * Adds a point. Does nothing if no time has passed since the last one, because the clock of a test stands still.
     *
     * @param nowMillis the present time, in epoch milliseconds
     * @param states the figures that are no counts of requests
     */
    public synchronized void add(long nowMillis, Map<HealthFigure, Long> states) {
        if (nowMillis <= beforeMillis) {
            return;
        }
        RequestMetrics.Totals totals = requests.totals();
        Map<HealthFigure, Long> figures = new EnumMap<>(states);
        figures.put(HealthFigure.MILLIS, nowMillis - beforeMillis);
        figures.put(HealthFigure.REQUESTS, totals.requests() - before.requests());
        figures.put(HealthFigure.CLIENT_ERRORS, totals.clientErrors() - before.clientErrors());
        figures.put(HealthFigure.SERVER_ERRORS, totals.serverErrors() - before.serverErrors());
        figures.put(HealthFigure.RATE_LIMITED, totals.rateLimited() - before.rateLimited());
        long[] buckets = totals.since(before);
        quantile(figures, HealthFigure.LATENCY_P50, buckets, HALF);
        quantile(figures, HealthFigure.LATENCY_P99, buckets, NEARLY_ALL);
        long oldest = nowMillis - (long) KEPT_SECONDS * MILLIS_PER_SECOND;
        while (!points.isEmpty()
                && (points.size() == POINTS_MAX || points.getFirst().atMillis() < oldest)) {
            points.removeFirst();
        }
        points.addLast(new HealthPoint(nowMillis, figures));
        before = totals;
        beforeMillis = nowMillis;
    }

    /** Puts the upper bound of the bucket in which a quantile lies. Leaves it out without requests, or in the last bucket. */
    private static void quantile(
            Map<HealthFigure, Long> figures, HealthFigure figure, long[] buckets, double quantile) {
        long all = Arrays.stream(buckets).sum();
        long seen = 0;
        for (int i = 0; all > 0 && i < buckets.length; i++) {
            seen += buckets[i];
            if (seen >= all * quantile) {
                long edge = RequestMetrics.edgeMicros(i);
                if (edge != Long.MAX_VALUE) {
                    figures.put(figure, edge);
                }
                return;
            }
        }
    }

    /** Returns the points behind a time in epoch milliseconds, the oldest first. */
    public synchronized List<HealthPoint> after(long millis) {
        return points.stream().filter(point -> point.atMillis() > millis).toList();
    }
}
