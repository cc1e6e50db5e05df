package dev.plinth.engine.http.hostile;

import dev.plinth.engine.http.RawReply;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Pages of jobs whose results are as large as a body may be. */
final class PagesOfLargeResults implements Attack {
    private static final int JOBS = 100;
    private static final int RESULT_BYTES = 250_000;
    private static final int CONNECTIONS = 10;
    private Tenant tenant = new Tenant("", "");

    @Override
    public void prepare(AttackContext context) throws Exception {
        tenant = context.tenant("pro");
        String result = "x".repeat(RESULT_BYTES);
        try (AttackConnection caller = context.as(tenant)) {
            for (int i = 0; i < JOBS; i++) {
                context.attack(caller, "POST", "/v1/jobs", "{\"type\":\"large\",\"input\":{}}");
                RawReply leased = context.attack(caller, "POST", "/v1/jobs/lease", "{\"types\":[\"large\"]}");
                for (Object each : (List<?>) AttackContext.made(leased).getOrDefault("data", List.of())) {
                    Map<?, ?> job = (Map<?, ?>) each;
                    String body = "{\"leaseToken\":\"" + job.get("leaseToken") + "\",\"result\":{\"text\":\"" + result
                            + "\"}}";
                    context.attack(caller, "POST", "/v1/jobs/" + job.get("id") + "/complete", body);
                }
            }
        }
    }

    @Override
    public void run(AttackContext context) throws Exception {
        context.together(CONNECTIONS, number -> {
            try (AttackConnection caller = context.as(tenant)) {
                while (context.goesOn()) {
                    context.checkSize(context.attack(caller, "GET", "/v1/jobs?limit=100", ""));
                }
            }
        });
    }

    /** The pages are short ones, and the plan allows all of them. */
    @Override
    public Set<String> refusals() {
        return Set.of();
    }
}
