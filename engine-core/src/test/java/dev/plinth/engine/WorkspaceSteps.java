package dev.plinth.engine;

import dev.plinth.engine.ModelRequest.Expected;
import dev.plinth.engine.ModelRows.Event;
import dev.plinth.engine.ModelRows.Workspace;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Requests on workspaces, the operator's and their own, on rate limits and on events (contract §§4, 8, 10). */
final class WorkspaceSteps {
    private final ModelState world;
    private final String adminToken;

    WorkspaceSteps(ModelState world, String adminToken) {
        this.world = world;
        this.adminToken = adminToken;
    }

    ModelRequest create(String name, String plan) {
        return ModelRequest.of("POST", "/admin/v1/workspaces", ModelRequest.OPERATOR, (who, ask, answer) -> {
                    Workspace made = new Workspace();
                    made.id = answer.text("id");
                    made.number = world.nextNumber();
                    made.createdAt = world.now;
                    made.name = name;
                    made.plan = plan;
                    world.workspaces.add(made);
                    return Expected.created(made.shown(), null, "/admin/v1/workspaces/" + made.id);
                })
                .withBody(Map.of("name", name, "plan", plan))
                .with(adminToken);
    }

    /** The operator's, of any workspace; a suspended one is most likely activated. */
    ModelRequest operator(ModelRandom choose) {
        Workspace suspended = ModelState.first(world.workspaces, each -> each.suspended && !each.deleted);
        if (suspended != null && !choose.oneIn(3)) {
            return patch(suspended.id, Map.of("status", "active"));
        }
        String id = choose.id(choose.row(world.workspaces), "ws");
        String path = "/admin/v1/workspaces/" + id;
        return switch (choose.random.nextInt(12)) {
            case 0 -> patch(id, Map.of("status", "suspended"));
            case 1, 2, 3 -> patch(id, Map.of("plan", choose.of("tiny", "starter", "pro", "business")));
            case 4 -> patch(id, Map.of("name", "w" + choose.random.nextInt(9)));
            case 5 ->
                ModelRequest.of("PATCH", path, ModelRequest.OPERATOR, (who, ask, answer) -> Expected.invalid("/plan"))
                        .withBody(Map.of("plan", "golden"))
                        .with(adminToken);
            case 6 -> mayDelete(id) && choose.oneIn(2) ? delete(id) : patch(id, Map.of());
            case 7 -> patch(id, Map.of("name", "x")).with(choose.of(null, choose.secret(choose.workspace())));
            default ->
                ModelRequest.of("GET", path, ModelRequest.OPERATOR, (who, ask, answer) -> shown(world.workspace(id)))
                        .with(adminToken);
        };
    }

    /** A workspace's own. */
    ModelRequest own(ModelRandom choose) {
        if (choose.oneIn(3)) {
            return ModelRequest.of("GET", "/v1/rate-limit", null, (who, ask, answer) -> rateLimit(who));
        }
        if (choose.oneIn(2)) {
            return ModelRequest.of("GET", "/v1/workspace", null, (who, ask, answer) -> shown(who));
        }
        Map<String, Object> body = ContentSteps.patch(choose);
        body.remove("data");
        return ModelRequest.of("PATCH", "/v1/workspace", "keys:write", (who, ask, answer) -> {
                    Map<String, Object> patch = ask.members();
                    who.name = (String) patch.getOrDefault("name", who.name);
                    who.metadata = ContentSteps.patched(who.metadata, patch, "metadata");
                    return shown(who);
                })
                .withBody(body);
    }

    ModelRequest event(ModelRandom choose) {
        if (choose.oneIn(2)) {
            String id = choose.id(choose.row(world.events), "evt");
            return ModelRequest.of("GET", "/v1/events/" + id, "events:read", (who, ask, answer) -> {
                Event event = ModelState.first(
                        world.events, each -> each.id.equals(id) && ModelState.sameAs(each.workspace, who));
                boolean there = event != null && world.isKept(event);
                return there ? Expected.ok(event.shown(), null) : Expected.refused(404, "not_found");
            });
        }
        if (choose.oneIn(8)) {
            return ModelRequest.of(
                            "POST", "/v1/events", "events:write", (who, ask, answer) -> Expected.invalid("/type"))
                    .withBody("{\"type\":\"" + choose.of("resource.created", "key.x", "no spaces") + "\",\"data\":{}}");
        }
        return ModelRequest.of("POST", "/v1/events", "events:write", (who, ask, answer) -> {
                    Map<String, Object> data = ContentSteps.map(ask.members().get("data"));
                    Event event = world.event(who, "payment.processed", null, data);
                    event.id = answer.text("id");
                    return Expected.created(event.shown(), null, "/v1/events/" + event.id);
                })
                .withBody(Map.of("type", "payment.processed", "data", Map.of("n", choose.random.nextInt(9))));
    }

    ModelRequest patch(String id, Map<String, Object> patch) {
        return ModelRequest.of("PATCH", "/admin/v1/workspaces/" + id, ModelRequest.OPERATOR, (who, ask, answer) -> {
                    Workspace row = world.workspace(id);
                    if (row == null) {
                        return Expected.refused(404, "not_found");
                    }
                    String before = row.plan;
                    row.name = (String) patch.getOrDefault("name", row.name);
                    row.plan = (String) patch.getOrDefault("plan", row.plan);
                    row.quota.change(row.plan, world.now);
                    row.suspended = patch.getOrDefault("status", row.suspended ? "suspended" : "")
                            .equals("suspended");
                    if (!before.equals(row.plan)) {
                        world.event(row, "workspace.plan_changed", null, row.shown());
                    }
                    return shown(row);
                })
                .withBody(patch)
                .with(adminToken);
    }

    /** Only the last one may go, so that something is left to be done. */
    private boolean mayDelete(String id) {
        return world.workspaces.get(world.workspaces.size() - 1).id.equals(id);
    }

    private ModelRequest delete(String id) {
        return ModelRequest.of("DELETE", "/admin/v1/workspaces/" + id, ModelRequest.OPERATOR, (who, ask, answer) -> {
                    Workspace row = world.workspace(id);
                    if (row == null) {
                        return Expected.refused(404, "not_found");
                    }
                    row.deleted = true;
                    return Expected.ok(ModelState.deleted(id), null);
                })
                .with(adminToken);
    }

    private static Expected shown(Workspace row) {
        return row == null ? Expected.refused(404, "not_found") : Expected.ok(row.shown(), null);
    }

    private Expected rateLimit(Workspace who) {
        Map<String, Object> policy = new HashMap<>();
        policy.put("name", who.plan);
        policy.put("limit", BigDecimal.valueOf(ModelQuota.QUOTAS.get(who.plan)));
        policy.put("windowSeconds", BigDecimal.valueOf(60));
        policy.put("remaining", BigDecimal.valueOf(who.quota.left()));
        policy.put("resetSeconds", BigDecimal.valueOf(who.quota.nextSeconds()));
        return Expected.ok(new HashMap<>(Map.of("plan", who.plan, "policies", List.of(policy))), null);
    }
}
