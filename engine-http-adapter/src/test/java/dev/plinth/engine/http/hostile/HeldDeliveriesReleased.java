package dev.plinth.engine.http.hostile;

import dev.plinth.engine.http.RawReply;
import java.util.List;
import java.util.Set;

/** An endpoint that is disabled, misses very many events, is enabled, and is deleted: two calls that touch a row for each of them. */
final class HeldDeliveriesReleased implements Attack {
    private static final int BULK_CALLS = 5;
    private String endpoint = "";
    private Tenant tenant = new Tenant("", "");

    @Override
    public void prepare(AttackContext context) throws Exception {
        tenant = context.tenant("pro");
        try (AttackConnection caller = context.as(tenant)) {
            endpoint = "/v1/webhook-endpoints/" + context.endpoint(caller, "http://127.0.0.1:9/", "disabled");
            for (int i = 0; i < BULK_CALLS; i++) {
                RawReply job = context.attack(caller, "POST", "/v1/resources/bulk", Bulk.creates(Bulk.OPERATIONS_MAX));
                if (job.header("location") != null) {
                    context.attack(caller, "GET", job.header("location") + "?wait=15", "");
                }
            }
        }
    }

    @Override
    public void run(AttackContext context) throws Exception {
        try (AttackConnection caller = context.as(tenant)) {
            for (String status : List.of("enabled", "disabled", "enabled")) {
                context.attack(caller, "PATCH", endpoint, "{\"status\":\"" + status + "\"}");
                context.rest(1);
            }
            context.attack(caller, "DELETE", endpoint, "");
            context.rest(1);
        }
    }

    /** Both calls are allowed. */
    @Override
    public Set<String> refusals() {
        return Set.of();
    }
}
