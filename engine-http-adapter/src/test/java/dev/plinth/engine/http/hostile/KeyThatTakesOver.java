package dev.plinth.engine.http.hostile;

import dev.plinth.engine.http.RawReply;
import java.util.Set;

/** A key that may only work on keys, and tries to take those away that may do more. */
final class KeyThatTakesOver implements Attack {
    @Override
    public void run(AttackContext context) throws Exception {
        Tenant tenant = context.tenant("pro");
        String full;
        String weak;
        try (AttackConnection owner = context.as(tenant)) {
            full = "/v1/keys/"
                    + AttackContext.made(owner.post("/v1/keys", "{\"name\":\"full\"}"))
                            .get("id");
            weak = String.valueOf(
                    AttackContext.made(owner.post("/v1/keys", "{\"name\":\"weak\",\"scopes\":[\"keys:write\"]}"))
                            .get("secret"));
        }
        try (AttackConnection caller = context.as(weak)) {
            refused(context, context.attack(caller, "PATCH", full, "{\"scopes\":[\"keys:write\"]}"));
            refused(context, context.attack(caller, "PATCH", full, "{\"enabled\":false}"));
            refused(context, context.attack(caller, "POST", full + "/rotate", "{\"graceSeconds\":0}"));
            refused(context, context.attack(caller, "DELETE", full, ""));
        }
    }

    private static void refused(AttackContext context, RawReply reply) {
        if (reply.status() != 403) {
            context.fault("a key with keys:write changed one that has every scope: " + reply.text());
        }
    }

    @Override
    public Set<String> refusals() {
        return Set.of("403 insufficient_scope");
    }
}
