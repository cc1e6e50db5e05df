package dev.plinth.engine.http.program;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.RatePolicy;
import dev.plinth.engine.http.config.Format;
import dev.plinth.engine.http.config.Formats;
import dev.plinth.engine.http.config.Formats.Member;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.TableShare;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The format of a plan in the configuration file. */
final class PlanFormat {
    private static final String REQUESTS = "requests";
    private static final String WINDOW_SECONDS = "window-seconds";
    private static final String ENDPOINTS_MAX = "endpoints-max";
    private static final String QUEUED_JOBS_MAX = "queued-jobs-max";
    private static final String RESOURCES_MAX = "resources-max";
    private static final String JOBS_RUNNING_MAX = "jobs-running-max";
    private static final String DELIVERIES_RUNNING_MAX = "deliveries-running-max";
    private static final String POLICIES = "policies";
    private static final String SHARES = "shares";
    private static final String PER = "per";
    private static final String MODE = "mode";
    private static final String ROWS = "rows";
    private static final String BYTES = "bytes";
    private static final long SHARE_MAX = 1L << 40;

    private static final Member REQUESTS_MEMBER = new Member(
            REQUESTS, Formats.whole(1, Plan.REQUESTS_MAX), true, "Requests in a window; all of them may come at once.");
    private static final Member WINDOW_MEMBER = new Member(
            WINDOW_SECONDS, Formats.whole(1, Plan.WINDOW_MAX.toSeconds()), false, "Seconds of the window; default 60.");

    private PlanFormat() {}

    static Format<Map<String, Plan>> plans() {
        return Formats.named("a plan", members(), PlanFormat::plan);
    }

    private static Format<Map<String, Object>> members() {
        return Formats.members(List.of(
                REQUESTS_MEMBER,
                WINDOW_MEMBER,
                bound(ENDPOINTS_MAX, 0, "Webhook endpoints of a workspace; default 20."),
                bound(QUEUED_JOBS_MAX, 0, "Waiting jobs of a workspace; default 10,000."),
                bound(RESOURCES_MAX, 0, "Resources of a workspace; default any number."),
                bound(
                        JOBS_RUNNING_MAX,
                        1,
                        "Jobs of a workspace that run in this process at once; default any number within"
                                + " jobs-running."),
                bound(
                        DELIVERIES_RUNNING_MAX,
                        1,
                        "Webhook attempts of a workspace in flight at once; default its share of deliveries-running."),
                new Member(
                        POLICIES,
                        Formats.named("a policy", policy(), PlanFormat::policy),
                        false,
                        "Further rate limits by name, at most 8."),
                new Member(
                        SHARES,
                        Formats.named("a table", share(), PlanFormat::share),
                        false,
                        "The most that a workspace may have of a table, by the table's name.")));
    }

    private static Format<Map<String, Object>> policy() {
        return Formats.members(List.of(
                REQUESTS_MEMBER,
                WINDOW_MEMBER,
                new Member(
                        PER,
                        Formats.choice("workspace", "key"),
                        false,
                        "The calls that are counted together; default workspace."),
                new Member(
                        MODE,
                        Formats.choice("enforce", "shadow"),
                        false,
                        "Whether the limit refuses calls, or only counts them; default enforce.")));
    }

    private static Format<Map<String, Object>> share() {
        return Formats.members(List.of(
                new Member(ROWS, Formats.whole(0, SHARE_MAX), true, "Rows."),
                new Member(BYTES, Formats.whole(0, SHARE_MAX), true, "Bytes of their keys and rows.")));
    }

    private static Member bound(String name, long least, String meaning) {
        return new Member(name, Formats.whole(least, Integer.MAX_VALUE), false, meaning);
    }

    private static Plan plan(String name, Map<String, Object> members) {
        Plan usual = Plan.perMinute(name, number(members, REQUESTS, 1));
        Plan plan = Plan.of(name, usual.requests(), window(members, usual))
                .withEndpointsMax(number(members, ENDPOINTS_MAX, usual.endpointsMax()))
                .withQueuedJobsMax(number(members, QUEUED_JOBS_MAX, usual.queuedJobsMax()))
                .withResourcesMax(number(members, RESOURCES_MAX, usual.resourcesMax()))
                .withRunningMax(
                        number(members, JOBS_RUNNING_MAX, usual.jobsRunningMax()),
                        number(members, DELIVERIES_RUNNING_MAX, usual.deliveriesRunningMax()));
        for (RatePolicy policy : PlanFormat.<RatePolicy>named(members, POLICIES).values()) {
            plan = plan.withPolicy(policy);
        }
        for (Map.Entry<String, TableShare> share :
                PlanFormat.<TableShare>named(members, SHARES).entrySet()) {
            plan = plan.withShare(share.getKey(), share.getValue());
        }
        EngineBuilder unused = Engine.builder().plan(plan).check();
        return plan;
    }

    private static RatePolicy policy(String name, Map<String, Object> members) {
        RatePolicy policy = RatePolicy.of(name, number(members, REQUESTS, 1), window(members, Plan.perMinute(name, 1)));
        RatePolicy counted = word(members, PER, "workspace").equals("KEY") ? policy.perKey() : policy;
        return word(members, MODE, "enforce").equals("SHADOW") ? counted.shadow() : counted;
    }

    private static TableShare share(String table, Map<String, Object> members) {
        return new TableShare((Long) members.getOrDefault(ROWS, 0L), (Long) members.getOrDefault(BYTES, 0L));
    }

    private static Duration window(Map<String, Object> members, Plan usual) {
        return members.get(WINDOW_SECONDS) instanceof Long seconds ? Duration.ofSeconds(seconds) : usual.window();
    }

    private static int number(Map<String, Object> members, String name, int otherwise) {
        return members.get(name) instanceof Long number ? Math.toIntExact(number) : otherwise;
    }

    private static String word(Map<String, Object> members, String name, String otherwise) {
        return members.getOrDefault(name, otherwise).toString().toUpperCase(Locale.ROOT);
    }

    @SuppressWarnings("unchecked")
    private static <T> Map<String, T> named(Map<String, Object> members, String name) {
        return (Map<String, T>) members.getOrDefault(name, Map.of());
    }
}
