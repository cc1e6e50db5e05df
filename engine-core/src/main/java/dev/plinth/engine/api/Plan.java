package dev.plinth.engine.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The entitlements of a workspace. Immutable; registered when the engine is built.
 *
 * @param name its name, such as {@code starter}
 * @param requests requests per window, 1 to 1,000,000; all of them may come at once
 * @param window the window, 1 second to 1 day in whole seconds
 * @param endpointsMax webhook endpoints of a workspace, 0 or more; one more is refused with 403
 * @param queuedJobsMax queued and scheduled jobs of a workspace, 0 or more; one more is refused with 429
 * @param resourcesMax resources of a workspace including archived ones, 0 or more; one more is refused with 403
 * @param jobsRunningMax jobs of a workspace that run in this process at once, 1 or more; further ones wait
 * @param deliveriesRunningMax webhook attempts of a workspace in flight at once, 1 or more; further ones wait. An event
 *     over 16 KiB counts several times
 * @param policies further rate limits, at most 8
 * @param shares the most that a workspace may have of a table, by the table's name in {@code GET /admin/v1/tables}; a
 *     call beyond it is refused with 403. A table without an entry has a default share: what the plan's own requests
 *     fill while rows are kept. That share is at least a quarter of the table and at most nine tenths
 */
public record Plan(
        String name,
        int requests,
        Duration window,
        int endpointsMax,
        int queuedJobsMax,
        int resourcesMax,
        int jobsRunningMax,
        int deliveriesRunningMax,
        List<RatePolicy> policies,
        Map<String, TableShare> shares) {
    /** Means that there is no limit. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /** The most requests in a window. */
    public static final int REQUESTS_MAX = 1_000_000;

    /** The longest window. */
    public static final Duration WINDOW_MAX = Duration.ofDays(1);

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

    /** Refuses null. Checks the ranges of all components. */
    public Plan {
        Objects.requireNonNull(policies, "policies must not be null.");
        Objects.requireNonNull(shares, "shares must not be null.");
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
        if (endpointsMax < 0 || queuedJobsMax < 0 || resourcesMax < 0) {
            throw new IllegalArgumentException("The limits of plan " + name + " must be 0 or more, got " + endpointsMax
                    + " endpoints, " + queuedJobsMax + " jobs and " + resourcesMax + " resources.");
        }
        if (jobsRunningMax < 1 || deliveriesRunningMax < 1) {
            throw new IllegalArgumentException("The work at once of plan " + name + " must be 1 or more, got "
                    + jobsRunningMax + " jobs and " + deliveriesRunningMax
                    + " webhook attempts. Suspend a workspace to hold its work.");
        }
        shares = Map.copyOf(shares);
        policies = List.copyOf(policies);
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

    /** Makes a plan with the default shares of the tables, and any amount of work at once. */
    public Plan(
            String name,
            int requests,
            Duration window,
            int endpointsMax,
            int queuedJobsMax,
            int resourcesMax,
            List<RatePolicy> policies) {
        this(
                name,
                requests,
                window,
                endpointsMax,
                queuedJobsMax,
                resourcesMax,
                UNLIMITED,
                UNLIMITED,
                policies,
                Map.of());
    }

    /** Returns true for whole seconds within the bounds of a window. */
    static boolean isWindow(Duration window) {
        return window.getNano() == 0 && window.toSeconds() >= 1 && window.compareTo(WINDOW_MAX) <= 0;
    }

    /** Returns a plan of so many requests a minute with the default values of the other limits. */
    public static Plan perMinute(String name, int requests) {
        return new Plan(name, requests, MINUTE, ENDPOINTS, QUEUED_JOBS, UNLIMITED, List.of());
    }

    /** Returns the same plan with another limit of webhook endpoints. */
    public Plan withEndpointsMax(int endpoints) {
        return with(endpoints, queuedJobsMax, resourcesMax, policies, shares);
    }

    /** Returns the same plan with another limit of queued and scheduled jobs. */
    public Plan withQueuedJobsMax(int jobs) {
        return with(endpointsMax, jobs, resourcesMax, policies, shares);
    }

    /** Returns the same plan with another limit of resources. */
    public Plan withResourcesMax(int resources) {
        return with(endpointsMax, queuedJobsMax, resources, policies, shares);
    }

    /** Returns the same plan with other limits of the work at once, 1 or more each. */
    public Plan withRunningMax(int jobs, int deliveries) {
        return new Plan(
                name, requests, window, endpointsMax, queuedJobsMax, resourcesMax, jobs, deliveries, policies, shares);
    }

    /** Returns the same plan with one more rate limit. */
    public Plan withPolicy(RatePolicy policy) {
        Objects.requireNonNull(policy, "policy must not be null.");
        List<RatePolicy> more = new ArrayList<>(policies);
        more.add(policy);
        return with(endpointsMax, queuedJobsMax, resourcesMax, more, shares);
    }

    /** Returns the same plan with a share of one table, such as {@code events}. */
    public Plan withShare(String table, TableShare share) {
        Objects.requireNonNull(table, "table must not be null.");
        Objects.requireNonNull(share, "share must not be null.");
        Map<String, TableShare> more = new HashMap<>(shares);
        more.put(table, share);
        return with(endpointsMax, queuedJobsMax, resourcesMax, policies, more);
    }

    private Plan with(
            int endpoints, int jobs, int resources, List<RatePolicy> limits, Map<String, TableShare> tableShares) {
        return new Plan(
                name,
                requests,
                window,
                endpoints,
                jobs,
                resources,
                jobsRunningMax,
                deliveriesRunningMax,
                limits,
                tableShares);
    }
}
