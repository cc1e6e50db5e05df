package dev.plinth.engine;

import dev.plinth.engine.ModelRequest.Expected;
import dev.plinth.engine.ModelRows.Resource;
import dev.plinth.engine.ModelRows.Share;
import dev.plinth.engine.ModelRows.Workspace;

/** Requests on children, and what has to come of them (contract §6). */
final class ChildSteps {
    private final ModelState world;

    ChildSteps(ModelState world) {
        this.world = world;
    }

    ModelRequest create(ModelRandom choose, Workspace who) {
        String parent = choose.id(choose.resource(who), "res");
        ModelRequest ask = ModelRequest.of(
                "POST",
                "/v1/resources/" + parent + "/children",
                "resources:write",
                (caller, same, answer) -> create(caller, parent, same, answer));
        return choose.oneIn(10) ? ContentSteps.wrong(ask, choose) : ask.withBody(ContentSteps.created(choose));
    }

    ModelRequest get(ModelRandom choose, Workspace who) {
        Resource child = choose.row(world.children);
        ModelRequest ask = one("GET", "resources:read", child, choose, who, this::get);
        return choose.oneIn(2) ? ask : ask.withHeader("if-none-match", choose.of("\"v1\"", "W/\"v2\"", "*"));
    }

    ModelRequest patch(ModelRandom choose, Workspace who) {
        Resource child = choose.row(world.children);
        ModelRequest ask = one("PATCH", "resources:write", child, choose, who, this::patch);
        return choose.oneIn(10)
                ? ContentSteps.wrong(ask, choose)
                : ResourceSteps.matching(ask.withBody(ContentSteps.patch(choose)), choose.ifMatch(child));
    }

    ModelRequest delete(ModelRandom choose, Workspace who) {
        Resource child = choose.row(world.children);
        return ResourceSteps.matching(
                one("DELETE", "resources:write", child, choose, who, this::delete), choose.ifMatch(child));
    }

    private ModelRequest one(
            String method, String scope, Resource child, ModelRandom choose, Workspace who, OnChild rule) {
        Resource parent = child == null || choose.oneIn(10) ? choose.resource(who) : child.parent;
        String parentId = choose.id(parent, "res");
        String childId = choose.id(child, "sub");
        return ModelRequest.of(
                method, "/v1/resources/" + parentId + "/children/" + childId, scope, (caller, same, answer) -> {
                    Resource seen = world.visible(caller, parentId);
                    Resource row = seen == null ? null : world.child(seen, childId);
                    return row == null
                            ? Expected.refused(404, "not_found")
                            : rule.apply(row, world.share(seen, caller), same);
                });
    }

    private Expected create(Workspace who, String parentId, ModelRequest ask, ModelAnswer answer) {
        Resource parent = world.visible(who, parentId);
        Share share = parent == null ? null : world.share(parent, who);
        if (parent == null) {
            return Expected.refused(404, "not_found");
        }
        if (share != null && share.role.equals("reader")) {
            return Expected.refused(403, "forbidden");
        }
        if (parent.status.equals("archived")) {
            return Expected.refused(409, "resource_archived");
        }
        Resource made = ContentSteps.made(ask.members(), "child", world.now);
        made.owner = parent.owner;
        made.parent = parent;
        made.id = answer.text("id");
        made.number = world.nextNumber();
        world.children.add(made);
        world.event(parent.owner, "child.created", parent, made.shown());
        return Expected.created(made.shown(), made.etag(), ask.path() + "/" + made.id)
                .showing(share == null ? null : parent);
    }

    private Expected get(Resource row, Share share, ModelRequest ask) {
        return ResourceSteps.unchanged(ask, row.etag())
                ? ResourceSteps.notModified(row.etag())
                : Expected.ok(row.shown(), row.etag());
    }

    private Expected patch(Resource row, Share share, ModelRequest ask) {
        Expected refused = refusedWrite(row, share, ask);
        if (refused != null) {
            return refused;
        }
        if (ContentSteps.patch(row, ask.members(), world.now)) {
            world.event(row.owner, "child.updated", row.parent, row.shown());
        }
        return Expected.ok(row.shown(), row.etag()).showing(share == null ? null : row.parent);
    }

    private Expected delete(Resource row, Share share, ModelRequest ask) {
        Expected refused = refusedWrite(row, share, ask);
        if (refused != null) {
            return refused;
        }
        row.deleted = true;
        world.event(row.owner, "child.deleted", row.parent, ModelState.deleted(row.id));
        return Expected.ok(ModelState.deleted(row.id), null).showing(share == null ? null : row.parent);
    }

    private static Expected refusedWrite(Resource row, Share share, ModelRequest ask) {
        Expected refused = ResourceSteps.refusedChange(row, share, ask);
        boolean archived = row.parent.status.equals("archived");
        return refused == null && archived ? Expected.refused(409, "resource_archived") : refused;
    }

    @FunctionalInterface
    private interface OnChild {
        Expected apply(Resource row, Share share, ModelRequest ask);
    }
}
