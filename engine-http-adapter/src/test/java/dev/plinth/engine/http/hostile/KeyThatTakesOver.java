package dev.plinth.engine.http.hostile;

import dev.plinth.engine.http.RawReply;
import java.util.Set;

/** A key that may only work on keys, and tries to take those away that may do more. */
final class KeyThatTakesOver implements Attack {
    @Override
    public void run(Arena arena) throws Exception {
        Tenant tenant = arena.tenant("pro");
        String full;
        String weak;
        try (Caller owner = arena.as(tenant)) {
            full = "/v1/keys/"
                    + Arena.made(owner.post("/v1/keys", "{\"name\":\"full\"}")).get("id");
            weak = String.valueOf(Arena.made(owner.post("/v1/keys", "{\"name\":\"weak\",\"scopes\":[\"keys:write\"]}"))
                    .get("secret"));
        }
        try (Caller caller = arena.as(weak)) {
            refused(arena, arena.attack(caller, "PATCH", full, "{\"scopes\":[\"keys:write\"]}"));
            refused(arena, arena.attack(caller, "PATCH", full, "{\"enabled\":false}"));
            refused(arena, arena.attack(caller, "POST", full + "/rotate", "{\"graceSeconds\":0}"));
            refused(arena, arena.attack(caller, "DELETE", full, ""));
        }
    }

    private static void refused(Arena arena, RawReply reply) {
        if (reply.status() != 403) {
            arena.fault("a key with keys:write changed one that has every scope: " + reply.text());
        }
    }

    @Override
    public Set<String> refusals() {
        return Set.of("403 insufficient_scope");
    }
}
