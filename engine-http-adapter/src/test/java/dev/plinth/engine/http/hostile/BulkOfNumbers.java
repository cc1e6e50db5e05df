package dev.plinth.engine.http.hostile;

import java.util.Set;

/** Bulk calls of two million operations, none of which is one. */
final class BulkOfNumbers implements Attack {
    private static final int NUMBERS = 2_090_000;
    private static final int CONNECTIONS = 12;

    @Override
    public void run(AttackContext context) throws Exception {
        Tenant tenant = context.tenant("starter");
        String body = "{\"operations\":[" + "1,".repeat(NUMBERS) + "1]}";
        context.together(CONNECTIONS, number -> {
            try (AttackConnection caller = context.as(tenant)) {
                context.repeat(caller, "/v1/resources/bulk", body);
            }
        });
    }

    @Override
    public Set<String> refusals() {
        return Set.of("422 validation_failed", "413");
    }
}
