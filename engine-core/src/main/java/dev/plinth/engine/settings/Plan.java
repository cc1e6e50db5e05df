package dev.plinth.engine.settings;

import dev.plinth.engine.api.RatePolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The entitlements of a workspace. Immutable; registered when the engine is built.
 */
public final class Plan {
    /** Means that there is no limit. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /** The most requests in a window. */
    public static final int REQUESTS_MAX = RatePolicy.REQUESTS_MAX;

    /** The longest window. */
    public static final Duration WINDOW_MAX = RatePolicy.WINDOW_MAX;

    private static final int POLICIES_MAX = 8;
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int ENDPOINTS = 20;
    private static final int QUEUED_JOBS = 10_000;

    /** 60 requests a minute. */
    public static final Plan STARTER = perMinute("starter", 60);

    /** 600 requests a minute. */
    public static final Plan PRO = perMinute("pro", 600);

    /** 6,000 requests a minute. */
    public static final Plan BUSINESS = perMinute("business", 6000);

    private final String name;
    private final int requests;
    private final Duration window;
    private final Bounds bounds;
    private final List<RatePolicy> policies;
    private final Map<String, TableShare> shares;

    /** The numbers that a workspace may have of something. */
    private record Bounds(int endpoints, int queuedJobs, int resources, int jobsRunning, int deliveriesRunning) {
        static final Bounds USUAL = new Bounds(ENDPOINTS, QUEUED_JOBS, UNLIMITED, UNLIMITED, UNLIMITED);
    }

    private Plan(
            String name,
            int requests,
            Duration window,
            Bounds bounds,
            List<RatePolicy> policies,
            Map<String, TableShare> shares) {
        Objects.requireNonNull(name, "name must not be null.");
        if (!name.matches("[a-z][a-z0-9_-]{0,63}")) {
            throw new IllegalArgumentException(
                    "A plan's name must be 1 to 64 characters of a-z, 0-9, _ and -, the first a letter, got \"" + name
                            + "\".");
        }
        if (requests < 1 || requests > REQUESTS_MAX) {
            throw new IllegalArgumentException(
                    "requests of plan " + name + " must be 1 to " + REQUESTS_MAX + ", got " + requests + ".");
        }
        if (!isWindow(Objects.requireNonNull(window, "window must not be null."))) {
            throw new IllegalArgumentException("window of plan " + name + " must be 1 to " + WINDOW_MAX.toSeconds()
                    + " whole seconds, got " + window + ".");
        }
        check(name, bounds);
        check(name, policies);
        this.name = name;
        this.requests = requests;
        this.window = window;
        this.bounds = bounds;
        this.policies = List.copyOf(policies);
        this.shares = Map.copyOf(shares);
    }

    private static void check(String name, Bounds bounds) {
        if (bounds.endpoints < 0 || bounds.queuedJobs < 0 || bounds.resources < 0) {
            throw new IllegalArgumentException("The limits of plan " + name + " must be 0 or more, got "
                    + bounds.endpoints + " endpoints, " + bounds.queuedJobs + " jobs and " + bounds.resources
                    + " resources.");
        }
        if (bounds.jobsRunning < 1 || bounds.deliveriesRunning < 1) {
            throw new IllegalArgumentException("The work at once of plan " + name + " must be 1 or more, got "
                    + bounds.jobsRunning + " jobs and " + bounds.deliveriesRunning
                    + " webhook attempts. Suspend a workspace to hold its work.");
        }
    }

    private static void check(String name, List<RatePolicy> policies) {
        if (policies.size() > POLICIES_MAX) {
            throw new IllegalArgumentException(
                    "Plan " + name + " may have " + POLICIES_MAX + " policies, got " + policies.size() + ".");
        }
        Set<String> names = new HashSet<>(Set.of(name));
        for (RatePolicy policy : policies) {
            if (!names.add(policy.name())) {
                throw new IllegalArgumentException("Policies of plan " + name + " need different names, and "
                        + policy.name() + " is used twice. Rename one.");
            }
        }
    }

    private static boolean isWindow(Duration window) {
        return window.getNano() == 0 && window.toSeconds() >= 1 && window.compareTo(WINDOW_MAX) <= 0;
    }

    /** Returns a plan of so many requests a minute with the default values of the other limits. */
    public static Plan perMinute(String name, int requests) {
        return of(name, requests, MINUTE);
    }

    /**
     * Returns a plan with 20 webhook endpoints, 10,000 waiting jobs and the default shares of the tables. Resources and work
     * at once have no limit.
     *
     * @param name its name, such as {@code starter}
     * @param requests requests per window, 1 to 1,000,000; all of them may come at once
     * @param window the window, 1 second to 1 day in whole seconds
     * @throws IllegalArgumentException if a value is out of its range
     */
    public static Plan of(String name, int requests, Duration window) {
        return new Plan(name, requests, window, Bounds.USUAL, List.of(), Map.of());
    }

    /** Returns its name, such as {@code starter}. */
    public String name() {
        return name;
    }

    /** Returns the requests per window. */
    public int requests() {
        return requests;
    }

    /** Returns the window, in whole seconds. */
    public Duration window() {
        return window;
    }

    /** Returns the webhook endpoints of a workspace; one more is refused with 403. */
    public int endpointsMax() {
        return bounds.endpoints;
    }

    /** Returns the queued and scheduled jobs of a workspace; one more is refused with 429. */
    public int queuedJobsMax() {
        return bounds.queuedJobs;
    }

    /** Returns the resources of a workspace including archived ones; one more is refused with 403. */
    public int resourcesMax() {
        return bounds.resources;
    }

    /** Returns the jobs of a workspace that run in this process at once; further ones wait. */
    public int jobsRunningMax() {
        return bounds.jobsRunning;
    }

    /**
     * Returns the webhook attempts of a workspace in flight at once; further ones wait. An event over 16 KiB counts
     * several times.
     */
    public int deliveriesRunningMax() {
        return bounds.deliveriesRunning;
    }

    /** Returns the further rate limits, at most 8. */
    public List<RatePolicy> policies() {
        return policies;
    }

    /**
     * Returns the most that a workspace may have of a table, by the table's name in {@code GET /admin/v1/tables}. A call
     * beyond it is refused with 403. A table without an entry has a default share: what the plan's own requests fill while
     * rows are kept. That share is at least a quarter of the table and at most nine tenths.
     */
    public Map<String, TableShare> shares() {
        return shares;
    }

    /** Returns the same plan with another limit of webhook endpoints, 0 or more. */
    public Plan withEndpointsMax(int endpoints) {
        return with(new Bounds(
                endpoints, bounds.queuedJobs, bounds.resources, bounds.jobsRunning, bounds.deliveriesRunning));
    }

    /** Returns the same plan with another limit of queued and scheduled jobs, 0 or more. */
    public Plan withQueuedJobsMax(int jobs) {
        return with(new Bounds(bounds.endpoints, jobs, bounds.resources, bounds.jobsRunning, bounds.deliveriesRunning));
    }

    /** Returns the same plan with another limit of resources, 0 or more. */
    public Plan withResourcesMax(int resources) {
        return with(new Bounds(
                bounds.endpoints, bounds.queuedJobs, resources, bounds.jobsRunning, bounds.deliveriesRunning));
    }

    /** Returns the same plan with other limits of the work at once, 1 or more each. */
    public Plan withRunningMax(int jobs, int deliveries) {
        return with(new Bounds(bounds.endpoints, bounds.queuedJobs, bounds.resources, jobs, deliveries));
    }

    private Plan with(Bounds others) {
        return new Plan(name, requests, window, others, policies, shares);
    }

    /** Returns the same plan with one more rate limit. */
    public Plan withPolicy(RatePolicy policy) {
        Objects.requireNonNull(policy, "policy must not be null.");
        List<RatePolicy> more = new ArrayList<>(policies);
        more.add(policy);
        return new Plan(name, requests, window, bounds, more, shares);
    }

    /** Returns the same plan with a share of one table, such as {@code events}. */
    public Plan withShare(String table, TableShare share) {
        Objects.requireNonNull(table, "table must not be null.");
        Objects.requireNonNull(share, "share must not be null.");
        Map<String, TableShare> more = new HashMap<>(shares);
        more.put(table, share);
        return new Plan(name, requests, window, bounds, policies, more);
    }

    private List<Object> parts() {
        return List.of(name, requests, window, bounds, policies, shares);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Plan plan && plan.parts().equals(parts());
    }

    @Override
    public int hashCode() {
        return parts().hashCode();
    }

    @Override
    public String toString() {
        return "Plan" + parts();
    }
}
