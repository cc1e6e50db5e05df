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
    public void run(Arena arena) throws Exception {
        Tenant tenant = arena.tenant("business");
        arena.together(CONNECTIONS, number -> {
            try (Caller caller = arena.as(tenant)) {
                while (arena.goesOn()) {
                    RawReply made = arena.attack(caller, "POST", "/v1/keys", "{\"name\":\"key\"}");
                    if (made.status() == 201) {
                        arena.attack(
                                caller, "DELETE", "/v1/keys/" + Arena.made(made).get("id"), "");
                    }
                }
            }
        });
        arena.honestly("POST", "/v1/keys", "{\"name\":\"honest\"}");
        arena.as(arena.tenant("starter")).close();
    }

    @Override
    public Set<String> refusals() {
        return Set.of("403 plan_limit_reached", "429 rate_limited");
    }
}
