package dev.plinth.engine.http.hostile;

import dev.plinth.engine.http.RawReply;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A worker of the smallest plan that reports progress as fast as it can. */
final class ProgressWithoutEnd implements Attack {
    private static final int CONNECTIONS = 16;

    @Override
    public void run(Arena arena) throws Exception {
        Tenant tenant = arena.tenant("starter");
        try (Caller caller = arena.as(tenant)) {
            arena.attack(caller, "POST", "/v1/jobs", "{\"type\":\"busy\",\"input\":{}}");
            RawReply leased = arena.attack(caller, "POST", "/v1/jobs/lease", "{\"types\":[\"busy\"]}");
            Map<?, ?> job = (Map<?, ?>) ((List<?>) Arena.made(leased).getOrDefault("data", List.of())).get(0);
            String path = "/v1/jobs/" + job.get("id") + "/progress";
            arena.together(CONNECTIONS, number -> {
                try (Caller worker = arena.as(tenant)) {
                    for (int i = 0; arena.goesOn(); i++) {
                        String body = "{\"leaseToken\":\"" + job.get("leaseToken") + "\",\"done\":" + i + ",\"total\":"
                                + Integer.MAX_VALUE + "}";
                        arena.attack(worker, "POST", path, body);
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
