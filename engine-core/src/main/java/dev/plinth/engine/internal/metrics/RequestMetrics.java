package dev.plinth.engine.internal.metrics;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts answered requests by route, class of status and duration. Thread-safe; without locks once a route is known.
 */
public final class RequestMetrics {
    private static final long[] EDGES_MICROS = {
        50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000, 250_000, 1_000_000, 5_000_000, 30_000_000
    };
    private static final double MICROS = 1e6;
    private static final int CLASSES = 6;

    private final ConcurrentHashMap<String, RouteCounts> routes = new ConcurrentHashMap<>();
    private final LongAdder rateLimited = new LongAdder();

    /** Begins with no counts. */
    public RequestMetrics() {}

    /**
     * Counts a request.
     *
     * @param name the name of its row in the route table
     * @param method the method of that row
     * @param path the path of that row, variables in braces
     * @param status the HTTP status code of the answer
     * @param limited true if a rate limit refused it
     * @param micros how long it took in microseconds
     */
    public void count(String name, String method, String path, int status, boolean limited, long micros) {
        RouteCounts counts = routes.get(name);
        if (counts == null) {
            counts = routes.computeIfAbsent(name, unknown -> new RouteCounts(method, path));
        }
        counts.statuses[status / 100].increment();
        counts.durations[bucket(micros)].increment();
        counts.micros.add(micros);
        if (limited) {
            rateLimited.increment();
        }
    }

    /** Writes the counts to a page. */
    public void show(Exposition page) {
        List<RouteCounts> met = routes.values().stream()
                .sorted(Comparator.comparing((RouteCounts counts) -> counts.path)
                        .thenComparing(counts -> counts.method))
                .toList();
        page.counter("plinth_requests_total", "Requests answered, by route and class of status.");
        for (RouteCounts counts : met) {
            for (int i = 1; i < CLASSES; i++) {
                long count = counts.statuses[i].sum();
                if (count > 0) {
                    page.sample(count, "method", counts.method, "route", counts.path, "status", i + "xx");
                }
            }
        }
        page.counter("plinth_rate_limited_requests_total", "Requests refused because a rate limit was used up.")
                .sample(rateLimited.sum());
        page.histogram("plinth_request_duration_seconds", "Real time from a request to its answer, by route.");
        for (RouteCounts counts : met) {
            counts.showDurations(page);
        }
    }

    private static int bucket(long micros) {
        int bucket = 0;
        while (bucket < EDGES_MICROS.length && micros > EDGES_MICROS[bucket]) {
            bucket++;
        }
        return bucket;
    }

    /** The counts of one route. */
    private static final class RouteCounts {
        private final String method;
        private final String path;
        private final LongAdder[] statuses = adders(CLASSES);
        private final LongAdder[] durations = adders(EDGES_MICROS.length + 1);
        private final LongAdder micros = new LongAdder();

        RouteCounts(String method, String path) {
            this.method = method;
            this.path = path;
        }

        void showDurations(Exposition page) {
            long count = 0;
            for (int i = 0; i < durations.length; i++) {
                count += durations[i].sum();
                String edge = i < EDGES_MICROS.length ? Double.toString(EDGES_MICROS[i] / MICROS) : "+Inf";
                page.sample("_bucket", Long.toString(count), "method", method, "route", path, "le", edge);
            }
            page.sample("_sum", Double.toString(micros.sum() / MICROS), "method", method, "route", path);
            page.sample("_count", Long.toString(count), "method", method, "route", path);
        }

        private static LongAdder[] adders(int count) {
            LongAdder[] adders = new LongAdder[count];
            for (int i = 0; i < count; i++) {
                adders[i] = new LongAdder();
            }
            return adders;
        }
    }
}
