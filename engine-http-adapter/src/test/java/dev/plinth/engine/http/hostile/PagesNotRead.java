package dev.plinth.engine.http.hostile;

import java.util.Set;

/** Pages of large resources that are asked for and not read. */
final class PagesNotRead implements Attack {
    private static final int RESOURCES = 100;
    private static final int DATA_BYTES = 64 * 1024 - 20;
    private static final int CONNECTIONS = 200;
    private Tenant tenant = new Tenant("", "");

    @Override
    public void prepare(AttackContext context) throws Exception {
        tenant = context.tenant("pro");
        try (AttackConnection caller = context.as(tenant)) {
            for (int i = 0; i < RESOURCES; i++) {
                context.attack(
                        caller,
                        "POST",
                        "/v1/resources",
                        "{\"name\":\"large\",\"data\":{\"text\":\"" + "x".repeat(DATA_BYTES) + "\"}}");
            }
        }
    }

    @Override
    public void run(AttackContext context) throws Exception {
        byte[] request =
                AttackConnection.request("GET", "/v1/resources?limit=100", AttackConnection.bearer(tenant.key()), "");
        try (ConnectionSwarm swarm = new ConnectionSwarm(context)) {
            for (int i = 0; i < CONNECTIONS; i++) {
                swarm.open(AttackContext.address(i % 2), request, 0, 0);
            }
            swarm.runToTheEnd();
        }
    }

    /** Short pages may all be held, and are cut later than a short run lasts. */
    @Override
    public Set<String> refusals() {
        return Set.of();
    }
}
