package dev.plinth.engine;

import dev.plinth.engine.ModelRequest.Expected;
import dev.plinth.engine.ModelRows.Resource;
import dev.plinth.engine.ModelRows.Share;
import dev.plinth.engine.ModelRows.Workspace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Requests on resources, and what has to come of them (contract §6). */
final class ResourceSteps {
    private static final String READ = "resources:read";
    private static final String WRITE = "resources:write";
    private static final int CHILDREN_INCLUDED = 100;

    private final ModelState world;

    ResourceSteps(ModelState world) {
        this.world = world;
    }

    ModelRequest create(ModelRandom choose) {
        ModelRequest ask = ModelRequest.of("POST", "/v1/resources", WRITE, this::create);
        return choose.oneIn(10) ? ContentSteps.wrong(ask, choose) : ask.withBody(ContentSteps.created(choose));
    }

    ModelRequest create(String name) {
        return ModelRequest.of("POST", "/v1/resources", WRITE, this::create).withBody(Map.of("name", name));
    }

    ModelRequest patch(ModelRandom choose, Workspace who) {
        Resource target = choose.resource(who);
        String id = choose.id(target, "res");
        ModelRequest ask = ModelRequest.of(
                "PATCH", "/v1/resources/" + id, WRITE, (caller, same, answer) -> patch(caller, id, same));
        if (choose.oneIn(10)) {
            return ContentSteps.wrong(ask, choose);
        }
        return matching(ask.withBody(ContentSteps.patch(choose)), choose.ifMatch(target));
    }

    ModelRequest move(ModelRandom choose, Workspace who) {
        Resource target = choose.resource(who);
        String id = choose.id(target, "res");
        String move = choose.of("pause", "resume", "archive", "archive", "unarchive");
        return matching(
                ModelRequest.of(
                        "POST",
                        "/v1/resources/" + id + "/" + move,
                        WRITE,
                        (caller, same, answer) -> move(caller, id, move, same)),
                choose.ifMatch(target));
    }

    ModelRequest delete(ModelRandom choose, Workspace who) {
        Resource target = choose.resource(who);
        Resource archived = ModelState.first(
                world.resources, each -> ModelState.sameAs(each.owner, who) && each.status.equals("archived"));
        Resource one = archived == null || choose.oneIn(3) ? target : archived;
        String id = choose.id(one, "res");
        return matching(
                ModelRequest.of(
                        "DELETE", "/v1/resources/" + id, WRITE, (caller, same, answer) -> delete(caller, id, same)),
                choose.ifMatch(one));
    }

    ModelRequest get(ModelRandom choose, Workspace who) {
        Resource target = choose.resource(who);
        String id = choose.id(target, "res");
        ModelRequest ask =
                ModelRequest.of("GET", "/v1/resources/" + id, READ, (caller, same, answer) -> get(caller, id, same));
        if (choose.oneIn(4)) {
            return ask.withQuery("include=children");
        }
        String tag = target == null ? "\"v1\"" : target.etag();
        return choose.oneIn(2)
                ? ask.withHeader(
                        "if-none-match",
                        choose.of(
                                tag,
                                "W/" + tag,
                                ModelRandom.withRole(tag, "editor"),
                                ModelRandom.withRole(tag, "reader"),
                                "*"))
                : ask;
    }

    private Expected create(Workspace who, ModelRequest ask, ModelAnswer answer) {
        long there = world.resources.stream()
                .filter(each -> !each.deleted && ModelState.sameAs(each.owner, who))
                .count();
        if (who.plan.equals("pro") && there >= ModelledEngine.PRO_RESOURCES_MAX) {
            return Expected.refused(403, "plan_limit_reached");
        }
        Resource made = ContentSteps.made(ask.members(), "resource", world.now);
        made.owner = who;
        made.id = answer.text("id");
        made.number = world.nextNumber();
        world.resources.add(made);
        world.event(who, "resource.created", made, made.shown());
        return Expected.created(made.shown(), made.etag(), "/v1/resources/" + made.id);
    }

    private Expected get(Workspace who, String id, ModelRequest ask) {
        Resource row = world.visible(who, id);
        if (row == null) {
            return Expected.refused(404, "not_found");
        }
        Share share = world.share(row, who);
        Map<String, Object> shown = row.shown(share);
        if (ask.query() != null) {
            shown.put("children", children(row));
            return Expected.ok(shown, null);
        }
        String tag = row.etag(share);
        return unchanged(ask, tag) ? notModified(tag) : Expected.ok(shown, tag);
    }

    private Map<String, Object> children(Resource parent) {
        List<Object> all = new ArrayList<>();
        for (Resource each : world.children) {
            if (!each.deleted && each.parent.id.equals(parent.id)) {
                all.add(0, each.shown());
            }
        }
        Map<String, Object> children = new HashMap<>();
        children.put("data", all.subList(0, Math.min(CHILDREN_INCLUDED, all.size())));
        children.put("hasMore", all.size() > CHILDREN_INCLUDED);
        return children;
    }

    private Expected patch(Workspace who, String id, ModelRequest ask) {
        Resource row = world.visible(who, id);
        Share share = row == null ? null : world.share(row, who);
        Expected refused = refusedChange(row, share, ask);
        if (refused != null) {
            return refused;
        }
        if (row.status.equals("archived")) {
            return Expected.refused(409, "resource_archived");
        }
        if (ContentSteps.patch(row, ask.members(), world.now)) {
            world.event(row.owner, "resource.updated", row, row.shown());
        }
        return shown(row, share);
    }

    private Expected move(Workspace who, String id, String move, ModelRequest ask) {
        Resource row = world.visible(who, id);
        Share share = row == null ? null : world.share(row, who);
        boolean owners = move.endsWith("archive");
        if (share != null && owners) {
            return Expected.refused(403, "forbidden");
        }
        Expected refused = refusedChange(row, share, ask);
        if (refused != null) {
            return refused;
        }
        boolean archived = row.status.equals("archived");
        if (archived && !owners) {
            return Expected.refused(409, "resource_archived");
        }
        String next = switch (move) {
            case "pause" -> "paused";
            case "resume" -> "active";
            case "archive" -> "archived";
            default -> archived ? "active" : row.status;
        };
        if (!next.equals(row.status)) {
            row.status = next;
            row.version++;
            row.updatedAt = world.now;
            world.event(row.owner, "resource." + move + (move.endsWith("e") ? "d" : ""), row, row.shown());
        }
        return shown(row, share);
    }

    private Expected delete(Workspace who, String id, ModelRequest ask) {
        Resource row = world.visible(who, id);
        Share share = row == null ? null : world.share(row, who);
        if (share != null) {
            return Expected.refused(403, "forbidden");
        }
        Expected refused = refusedChange(row, null, ask);
        if (refused != null) {
            return refused;
        }
        if (!row.status.equals("archived")) {
            return Expected.refused(409, "invalid_transition");
        }
        for (Resource child : world.children) {
            if (!child.deleted && child.parent.id.equals(id)) {
                child.deleted = true;
                world.event(who, "child.deleted", row, ModelState.deleted(child.id));
            }
        }
        world.shares.removeIf(each -> each.resource.id.equals(id));
        row.deleted = true;
        world.event(who, "resource.deleted", row, ModelState.deleted(id));
        return Expected.ok(ModelState.deleted(id), null);
    }

    /** Returns what every change of a resource or child may meet first; null if it goes on. */
    static Expected refusedChange(Resource row, Share share, ModelRequest ask) {
        if (row == null) {
            return Expected.refused(404, "not_found");
        }
        if (share != null && share.role.equals("reader")) {
            return Expected.refused(403, "forbidden");
        }
        boolean matches = ModelRandom.matches(ask.headers().get("if-match"), row.etag(), row.etag(share));
        return matches ? null : Expected.refused(412, "precondition_failed");
    }

    static ModelRequest matching(ModelRequest ask, String ifMatch) {
        return ifMatch == null ? ask : ask.withHeader("if-match", ifMatch);
    }

    static boolean unchanged(ModelRequest ask, String shown) {
        String tag = ask.headers().get("if-none-match");
        return tag != null && (tag.equals("*") || tag.replace("W/", "").equals(shown));
    }

    static Expected notModified(String tag) {
        return new Expected(304, null, Map.of(), tag, null, null, false, null);
    }

    private static Expected shown(Resource row, Share share) {
        return Expected.ok(row.shown(share), row.etag(share)).showing(share == null ? null : row);
    }
}
