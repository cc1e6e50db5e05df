package dev.plinth.engine;

import dev.plinth.engine.ModelRequest.Expected;
import dev.plinth.engine.ModelRows.Resource;
import dev.plinth.engine.ModelRows.Share;
import dev.plinth.engine.ModelRows.Workspace;
import java.util.HashMap;
import java.util.Map;

/** Requests on shares, and what has to come of them (contract §6). */
final class ShareSteps {
    private final ModelState world;

    ShareSteps(ModelState world) {
        this.world = world;
    }

    ModelRequest grant(ModelRandom choose, Workspace who) {
        String resource = choose.id(choose.resource(who), "res");
        String grantee = choose.id(choose.row(world.workspaces), "ws");
        ModelRequest ask = ModelRequest.of(
                "PUT",
                "/v1/resources/" + resource + "/shares/" + grantee,
                "resources:write",
                (caller, same, answer) -> grant(caller, resource, grantee, same, answer));
        if (choose.oneIn(15)) {
            return ModelRequest.of(
                            "PUT",
                            ask.path(),
                            ask.scope(),
                            (caller, same, answer) -> isOf(caller, grantee)
                                    ? Expected.early(422, "validation_failed")
                                    : Expected.invalid("/role"))
                    .withBody(choose.of("{}", "{\"role\":\"owner\"}", "{\"role\":7}"));
        }
        return ask.withBody(Map.of("role", choose.of("reader", "editor")));
    }

    ModelRequest revoke(ModelRandom choose, Workspace who) {
        Share share = choose.row(world.shares);
        String resource = choose.id(share == null || choose.oneIn(6) ? choose.resource(who) : share.resource, "res");
        String grantee = choose.id(share == null ? choose.row(world.workspaces) : share.grantee, "ws");
        return ModelRequest.of(
                "DELETE",
                "/v1/resources/" + resource + "/shares/" + grantee,
                "resources:write",
                (caller, same, answer) -> revoke(caller, resource, grantee));
    }

    private Expected grant(Workspace who, String id, String granteeId, ModelRequest ask, ModelAnswer answer) {
        if (isOf(who, granteeId)) {
            return Expected.early(422, "validation_failed");
        }
        Resource row = world.visible(who, id);
        Expected refused = refused(row, who);
        if (refused != null) {
            return refused;
        }
        Workspace grantee = world.workspace(granteeId);
        if (grantee == null) {
            return Expected.early(422, "validation_failed");
        }
        if (row.status.equals("archived")) {
            return Expected.refused(409, "resource_archived");
        }
        String role = (String) ask.members().get("role");
        Share share = world.share(row, grantee);
        boolean isNew = share == null;
        if (isNew) {
            share = new Share();
            share.id = answer.text("id");
            share.number = world.nextNumber();
            share.createdAt = world.now;
            share.resource = row;
            share.grantee = grantee;
            world.shares.add(share);
        } else if (share.role.equals(role)) {
            return Expected.ok(share.shown(), null);
        }
        share.role = role;
        world.event(who, "resource.shared", row, share.shown());
        return isNew ? Expected.created(share.shown(), null, null) : Expected.ok(share.shown(), null);
    }

    private Expected revoke(Workspace who, String id, String granteeId) {
        Resource row = world.visible(who, id);
        Workspace grantee = world.workspace(granteeId);
        boolean leaves = grantee != null && ModelState.sameAs(grantee, who);
        Expected refused = leaves && row != null ? null : refused(row, who);
        if (refused != null) {
            return refused;
        }
        Share share = grantee == null ? null : world.share(row, grantee);
        if (share == null) {
            return Expected.refused(404, "not_found");
        }
        world.shares.remove(share);
        Map<String, Object> ended = share.shown();
        ended.put("deleted", true);
        world.event(row.owner, "resource.unshared", row, ended);
        return Expected.ok(new HashMap<>(Map.of("deleted", true)), null);
    }

    private boolean isOf(Workspace who, String id) {
        Workspace named = world.workspace(id);
        return named != null && ModelState.sameAs(named, who);
    }

    private Expected refused(Resource row, Workspace who) {
        if (row == null) {
            return Expected.refused(404, "not_found");
        }
        return world.share(row, who) == null ? null : Expected.refused(403, "forbidden");
    }
}
