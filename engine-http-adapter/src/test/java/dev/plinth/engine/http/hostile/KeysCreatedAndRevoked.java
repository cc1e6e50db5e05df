package dev.plinth.engine.http.hostile;

import dev.plinth.engine.http.RawReply;
import java.util.List;
import java.util.Set;

/** Keys that are revoked as soon as they are made, of which rows stay. */
final class KeysCreatedAndRevoked implements Attack {
    private static final int CONNECTIONS = 8;

    @Override
    public List<String> options() {
        return SmallTables.ofResources(10_000);
    }

    @Override
    public void run(AttackContext context) throws Exception {
        Tenant tenant = context.tenant("business");
        context.together(CONNECTIONS, number -> {
            try (AttackConnection caller = context.as(tenant)) {
                while (context.goesOn()) {
                    RawReply made = context.attack(caller, "POST", "/v1/keys", "{\"name\":\"key\"}");
                    if (made.status() == 201) {
                        context.attack(
                                caller,
                                "DELETE",
                                "/v1/keys/" + AttackContext.made(made).get("id"),
                                "");
                    }
                }
            }
        });
        context.honestly("POST", "/v1/keys", "{\"name\":\"honest\"}");
        context.as(context.tenant("starter")).close();
    }

    @Override
    public Set<String> refusals() {
        return Set.of("403 plan_limit_reached", "429 rate_limited");
    }
}
