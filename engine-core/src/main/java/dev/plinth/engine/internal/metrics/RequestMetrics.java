package dev.plinth.engine.internal.metrics;

import dev.plinth.engine.internal.base.Histogram;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts answered requests by route, class of status and duration. Thread-safe; without locks once a route is known.
 */
public final class RequestMetrics {
    private static final long[] EDGES_MICROS = {
        50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000, 250_000, 1_000_000, 5_000_000, 30_000_000
    };
    private static final int CLASSES = 6;
    private static final int CLIENT_ERROR = 4;
    private static final int SERVER_ERROR = 5;

    /** Calls that wait on purpose. Their times say nothing about the engine. */
    private static final Set<String> WAITING_PATHS = Set.of("/v1/jobs/lease", "/v1/events/stream");

    private static final int PLANS_MAX = 100;
    private static final String NO_PLAN = "(none)";
    private static final String OTHER_PLANS = "(other)";

    private final ConcurrentHashMap<String, RouteCounts> routes = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, ConcurrentHashMap<String, LongAdder>> refusals = new ConcurrentHashMap<>();
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
        counts.durations.add(micros);
        if (limited) {
            rateLimited.increment();
        }
    }

    /**
     * Counts a refusal.
     *
     * @param plan the plan of the caller, or null if the caller belongs to no workspace
     * @param code the code of the problem
     */
    public void refused(@Nullable String plan, String code) {
        String name = plan == null ? NO_PLAN : plan;
        ConcurrentHashMap<String, LongAdder> codes = refusals.get(name);
        if (codes == null) {
            String counted = refusals.size() < PLANS_MAX ? name : OTHER_PLANS;
            codes = refusals.computeIfAbsent(counted, unknown -> new ConcurrentHashMap<>());
        }
        codes.computeIfAbsent(code, unknown -> new LongAdder()).increment();
    }

    /**
     * The counts over all routes at a time.
     *
     * @param durations the requests in each bucket of time; calls that wait on purpose are left out
     */
    record Totals(long requests, long clientErrors, long serverErrors, long rateLimited, List<Long> durations) {
        /** Returns the requests in each bucket since an earlier time. */
        long[] since(Totals before) {
            long[] counts = new long[durations.size()];
            for (int i = 0; i < counts.length; i++) {
                counts[i] = durations.get(i) - before.durations.get(i);
            }
            return counts;
        }
    }

    /** Returns the present counts over all routes. */
    Totals totals() {
        long[] statuses = new long[CLASSES];
        long[] durations = new long[EDGES_MICROS.length + 1];
        for (RouteCounts counts : routes.values()) {
            for (int i = 0; i < CLASSES; i++) {
                statuses[i] += counts.statuses[i].sum();
            }
            if (!WAITING_PATHS.contains(counts.path)) {
                counts.durations.addTo(durations);
            }
        }
        return new Totals(
                Arrays.stream(statuses).sum(),
                statuses[CLIENT_ERROR],
                statuses[SERVER_ERROR],
                rateLimited.sum(),
                Arrays.stream(durations).boxed().toList());
    }

    /** Returns the upper bound of a bucket of time in microseconds; {@code Long.MAX_VALUE} for the last bucket. */
    static long edgeMicros(int bucket) {
        return bucket < EDGES_MICROS.length ? EDGES_MICROS[bucket] : Long.MAX_VALUE;
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
        page.counter("plinth_refusals_total", "Requests refused, by plan and code of the problem.");
        new TreeMap<>(refusals)
                .forEach((plan, codes) -> new TreeMap<>(codes)
                        .forEach((code, count) -> page.sample(count.sum(), "plan", plan, "code", code)));
        page.histogram("plinth_request_duration_seconds", "Real time from a request to its answer, by route.");
        for (RouteCounts counts : met) {
            page.sample(counts.durations, "method", counts.method, "route", counts.path);
        }
    }

    /** The counts of one route. */
    private static final class RouteCounts {
        private final String method;
        private final String path;
        private final LongAdder[] statuses = adders(CLASSES);
        private final Histogram durations = new Histogram(EDGES_MICROS);

        RouteCounts(String method, String path) {
            this.method = method;
            this.path = path;
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
