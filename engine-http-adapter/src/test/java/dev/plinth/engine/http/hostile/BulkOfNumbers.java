package dev.plinth.engine.http.hostile;

import java.util.Set;

/** Bulk calls of two million operations, none of which is one. */
final class BulkOfNumbers implements Attack {
    private static final int NUMBERS = 2_090_000;
    private static final int CONNECTIONS = 12;

    @Override
    public void run(Arena arena) throws Exception {
        Tenant tenant = arena.tenant("starter");
        String body = "{\"operations\":[" + "1,".repeat(NUMBERS) + "1]}";
        arena.together(CONNECTIONS, number -> {
            try (Caller caller = arena.as(tenant)) {
                arena.repeat(caller, "/v1/resources/bulk", body);
            }
        });
    }

    @Override
    public Set<String> refusals() {
        return Set.of("422 validation_failed", "413");
    }
}
