package dev.plinth.engine.http.hostile;

import java.util.List;
import java.util.Set;

/** Many resources in few calls, each with an event for all the disabled endpoints that a small plan allows. */
final class DeliveriesToDisabledEndpoints implements Attack {
    private static final int ENDPOINTS = 20;

    @Override
    public List<String> options() {
        return SmallTables.ofResources(20_000);
    }

    @Override
    public void run(AttackContext context) throws Exception {
        try (AttackConnection caller = context.as(context.tenant("starter"))) {
            for (int i = 0; i < ENDPOINTS; i++) {
                context.endpoint(caller, "http://127.0.0.1:9/" + i, "disabled");
            }
            context.repeat(caller, "/v1/resources/bulk", Bulk.creates(Bulk.OPERATIONS_MAX));
        }
    }

    @Override
    public Set<String> refusals() {
        return Set.of("403 plan_limit_reached", "429 rate_limited", "422 validation_failed");
    }
}
