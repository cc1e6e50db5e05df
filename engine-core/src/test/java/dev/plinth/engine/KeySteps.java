package dev.plinth.engine;

import dev.plinth.engine.ModelRequest.Expected;
import dev.plinth.engine.ModelRows.Key;
import dev.plinth.engine.ModelRows.Workspace;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Requests on keys, and what has to come of them (contract §10). */
final class KeySteps {
    private static final String WRITE = "keys:write";
    private static final int OLD_SECRETS_MAX = 10;

    private final ModelState world;

    KeySteps(ModelState world) {
        this.world = world;
    }

    /** Any of them; the first key of a workspace is only looked at. */
    ModelRequest any(ModelRandom choose, Workspace who) {
        Key target = choose.row(later(who, choose));
        String id = choose.id(target, "key");
        String path = "/v1/keys/" + id;
        return switch (choose.random.nextInt(6)) {
            case 0, 1 ->
                ModelRequest.of("POST", "/v1/keys", WRITE, this::create).withBody(wanted(choose));
            case 2 -> ModelRequest.of("GET", path, "keys:read", on(id, (key, ask, answer) -> shown(key)));
            case 3 ->
                ModelRequest.of("PATCH", path, WRITE, on(id, this::update)).withBody(patch(choose));
            case 4 ->
                ModelRequest.of("POST", path + "/rotate", WRITE, on(id, this::rotate))
                        .withBody(choose.oneIn(2) ? Map.of() : Map.of("graceSeconds", choose.of(0, 60, 86_400)));
            default ->
                choose.oneIn(2)
                        ? ModelRequest.of("DELETE", path, WRITE, on(id, this::revoke))
                        : ModelRequest.of(
                                        "POST", "/v1/keys", WRITE, (caller, ask, answer) -> Expected.invalid("/scopes"))
                                .withBody("{\"name\":\"k\",\"scopes\":[\"resources:burn\"]}");
        };
    }

    /** The first key of a workspace, made by the operator. */
    ModelRequest root(Workspace workspace) {
        return ModelRequest.of(
                        "POST",
                        "/admin/v1/workspaces/" + workspace.id + "/keys",
                        ModelRequest.OPERATOR,
                        (caller, ask, answer) -> {
                            Expected made = made(workspace, ask, answer, null);
                            workspace.root = world.keys.get(world.keys.size() - 1);
                            return made;
                        })
                .withBody(Map.of("name", "root"));
    }

    private List<Key> later(Workspace who, ModelRandom choose) {
        List<Key> later = new ArrayList<>();
        for (Key key : world.keys) {
            boolean own = ModelState.sameAs(key.workspace, who) || choose.oneIn(8);
            if (own && !key.id.equals(key.workspace.root.id)) {
                later.add(key);
            }
        }
        return later;
    }

    private Map<String, Object> wanted(ModelRandom choose) {
        Map<String, Object> body = patch(choose);
        body.remove("enabled");
        body.put("name", "k" + choose.random.nextInt(9));
        if (choose.oneIn(3)) {
            body.put("mode", choose.of("live", "test"));
        }
        if (body.get("expiresAt") == null) {
            body.remove("expiresAt");
        }
        return body;
    }

    private Map<String, Object> patch(ModelRandom choose) {
        Map<String, Object> body = new HashMap<>();
        if (choose.oneIn(2)) {
            body.put(
                    "scopes",
                    choose.of(
                            List.of(),
                            List.of("resources:read"),
                            List.of("resources:write"),
                            List.of("keys:write", "resources:read"),
                            List.of("events:read", "keys:write"),
                            List.of("resources:write", "jobs:write", "events:write", "webhooks:write", "keys:write")));
        }
        if (choose.oneIn(3)) {
            body.put("enabled", choose.oneIn(2));
        }
        if (choose.oneIn(4)) {
            body.put("expiresAt", choose.oneIn(4) ? null : ModelRows.time(world.now + choose.of(1, 5_000, 7_200_000)));
        }
        return body;
    }

    private ModelRequest.Rule on(String id, OnKey rule) {
        return (who, ask, answer) -> {
            Key key = ModelState.first(
                    world.keys,
                    each -> each.id.equals(id) && ModelState.sameAs(each.workspace, who) && each.isKept(world.now));
            return key == null ? Expected.refused(404, "not_found") : rule.apply(key, ask, answer);
        };
    }

    private Expected create(Workspace who, ModelRequest ask, ModelAnswer answer) {
        Expected refused = refusedGift(ask, scopes(ask.members(), Key.none()));
        return refused == null ? made(who, ask, answer, "/v1/keys/") : refused;
    }

    private Expected made(Workspace workspace, ModelRequest ask, ModelAnswer answer, String location) {
        Map<String, Object> body = ask.members();
        Key key = new Key();
        key.workspace = workspace;
        key.id = answer.text("id");
        key.number = world.nextNumber();
        key.createdAt = world.now;
        key.name = (String) body.get("name");
        key.mode = (String) body.getOrDefault("mode", "live");
        key.scopes = scopes(body, Key.none());
        key.expiresAt = expiry(body, key.expiresAt);
        takeSecret(key, answer);
        world.keys.add(key);
        world.event(workspace, "key.created", null, key.shown(world.now));
        return Expected.created(secret(key, answer), null, location == null ? null : location + key.id);
    }

    private Expected update(Key key, ModelRequest ask, ModelAnswer answer) {
        Map<String, Object> body = ask.members();
        TreeSet<String> scopes = scopes(body, key.scopes);
        Expected refused = refusedGift(ask, key.scopes);
        refused = refused == null ? refusedGift(ask, scopes) : refused;
        if (refused != null) {
            return refused;
        }
        key.scopes = scopes;
        key.disabled = body.containsKey("enabled") ? body.get("enabled").equals(false) : key.disabled;
        key.expiresAt = expiry(body, key.expiresAt);
        return shown(key);
    }

    private Expected rotate(Key key, ModelRequest ask, ModelAnswer answer) {
        Expected refused = refusedGift(ask, key.scopes);
        if (refused != null) {
            return refused;
        }
        if (key.isRevoked()) {
            return Expected.refused(409, "invalid_transition");
        }
        BigDecimal grace = (BigDecimal) ask.members().getOrDefault("graceSeconds", BigDecimal.valueOf(86_400));
        long until = world.now + grace.longValueExact() * 1000;
        long old = key.secrets.values().stream()
                .filter(end -> Math.min(end, until) > world.now)
                .count();
        if (old > OLD_SECRETS_MAX) {
            return Expected.refused(409, "invalid_transition");
        }
        key.secrets.replaceAll((secret, end) -> Math.min(end, until));
        takeSecret(key, answer);
        world.event(key.workspace, "key.rotated", null, key.shown(world.now));
        return Expected.ok(secret(key, answer), null);
    }

    private Expected revoke(Key key, ModelRequest ask, ModelAnswer answer) {
        Expected refused = refusedGift(ask, key.scopes);
        if (refused != null) {
            return refused;
        }
        if (!key.isRevoked()) {
            key.revokedAt = world.now;
            world.event(key.workspace, "key.revoked", null, key.shown(world.now));
        }
        return shown(key);
    }

    private Expected shown(Key key) {
        return Expected.ok(key.shown(world.now), null);
    }

    /** Nobody gives more than the own key has, or manages a key that has more. */
    private Expected refusedGift(ModelRequest ask, TreeSet<String> scopes) {
        return world.keyOf(ask.secret()).mayGive(scopes) ? null : Expected.early(403, "insufficient_scope");
    }

    private Map<String, Object> secret(Key key, ModelAnswer answer) {
        Map<String, Object> shown = key.shown(world.now);
        shown.put("secret", answer.text("secret"));
        return shown;
    }

    private void takeSecret(Key key, ModelAnswer answer) {
        String secret = answer.text("secret");
        String kind = (key.scopes.isEmpty() ? "sk_" : "rk_") + key.mode + "_";
        if (secret.matches(kind + "[0-9A-Za-z]{36}") && world.keyOf(secret) == null) {
            key.secrets.put(secret, Long.MAX_VALUE);
        }
        key.prefix = kind;
        key.last4 = secret.substring(Math.max(0, secret.length() - 4));
    }

    private static TreeSet<String> scopes(Map<String, Object> body, TreeSet<String> old) {
        if (!(body.get("scopes") instanceof List<?> scopes)) {
            return old;
        }
        TreeSet<String> names = Key.none();
        scopes.forEach(name -> names.add((String) name));
        return names;
    }

    private static long expiry(Map<String, Object> body, long old) {
        if (!body.containsKey("expiresAt")) {
            return old;
        }
        return body.get("expiresAt") instanceof String text
                ? Instant.parse(text).toEpochMilli()
                : Long.MAX_VALUE;
    }

    @FunctionalInterface
    private interface OnKey {
        Expected apply(Key key, ModelRequest ask, ModelAnswer answer);
    }
}
