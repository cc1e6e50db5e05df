package dev.plinth.engine.http.hostile;

import dev.plinth.engine.http.RawReply;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A worker of the smallest plan that reports progress as fast as it can. */
final class ProgressWithoutEnd implements Attack {
    private static final int CONNECTIONS = 16;

    @Override
    public void run(AttackContext context) throws Exception {
        Tenant tenant = context.tenant("starter");
        try (AttackConnection caller = context.as(tenant)) {
            context.attack(caller, "POST", "/v1/jobs", "{\"type\":\"busy\",\"input\":{}}");
            RawReply leased = context.attack(caller, "POST", "/v1/jobs/lease", "{\"types\":[\"busy\"]}");
            Map<?, ?> job = (Map<?, ?>) ((List<?>) AttackContext.made(leased).getOrDefault("data", List.of())).get(0);
            String path = "/v1/jobs/" + job.get("id") + "/progress";
            context.together(CONNECTIONS, number -> {
                try (AttackConnection worker = context.as(tenant)) {
                    for (int i = 0; context.goesOn(); i++) {
                        String body = "{\"leaseToken\":\"" + job.get("leaseToken") + "\",\"done\":" + i + ",\"total\":"
                                + Integer.MAX_VALUE + "}";
                        context.attack(worker, "POST", path, body);
                    }
                }
            });
        }
    }

    @Override
    public Set<String> refusals() {
        return Set.of("429");
    }
}
