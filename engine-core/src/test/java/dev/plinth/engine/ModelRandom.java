package dev.plinth.engine;

import dev.plinth.engine.ModelRows.Key;
import dev.plinth.engine.ModelRows.Resource;
import dev.plinth.engine.ModelRows.Row;
import dev.plinth.engine.ModelRows.Workspace;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The dice of a life: mostly what makes sense, at times what does not. */
final class ModelRandom {
    final Random random;
    private final ModelState world;

    ModelRandom(ModelState world, Random random) {
        this.world = world;
        this.random = random;
    }

    boolean oneIn(int count) {
        return random.nextInt(count) == 0;
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    final <T> T of(T... values) {
        return values[random.nextInt(values.length)];
    }

    /** Returns one of the last rows, or of all; null if there is none. */
    <T extends Row> T row(List<T> rows) {
        if (rows.isEmpty()) {
            return null;
        }
        int among = oneIn(3) ? rows.size() : Math.min(6, rows.size());
        return rows.get(rows.size() - 1 - random.nextInt(among));
    }

    /** The first workspace most of the time. */
    Workspace workspace() {
        return world.workspaces.get(oneIn(2) ? 0 : random.nextInt(world.workspaces.size()));
    }

    /** A resource that the workspace sees, or any other. */
    Resource resource(Workspace who) {
        List<Resource> seen = new ArrayList<>();
        for (Resource each : world.resources) {
            if (world.visible(who, each.id) != null) {
                seen.add(each);
            }
        }
        return row(seen.isEmpty() || oneIn(8) ? world.resources : seen);
    }

    /** The id of a row, or one that nothing has. */
    String id(Row row, String prefix) {
        return row == null || row.id.isEmpty() || oneIn(25)
                ? of(prefix + "_nope", prefix + "_" + "0".repeat(26), "x")
                : row.id;
    }

    /** A secret of the workspace: the first key's, or any that it ever had, or none at all. */
    String secret(Workspace who) {
        if (!oneIn(6)) {
            return who.root.secrets.keySet().iterator().next();
        }
        if (oneIn(6)) {
            return of(null, "sk_live_nonsense");
        }
        List<String> all = new ArrayList<>();
        for (Key key : world.keys) {
            if (ModelState.sameAs(key.workspace, who)) {
                all.addAll(key.secrets.keySet());
            }
        }
        return all.get(random.nextInt(all.size()));
    }

    /** A header If-Match for a row; null for none. */
    String ifMatch(Resource row) {
        String tag = row == null ? "\"v1\"" : row.etag();
        return oneIn(2)
                ? null
                : of(
                        tag,
                        tag,
                        tag,
                        "\"v99\"",
                        "*",
                        "\"v98\", " + tag,
                        "W/" + tag,
                        "v1",
                        withRole(tag, "editor"),
                        withRole(tag, "reader"));
    }

    static String withRole(String tag, String role) {
        return tag.substring(0, tag.length() - 1) + "-" + role + "\"";
    }

    static boolean matches(String ifMatch, String version, String shown) {
        return ifMatch == null
                || ifMatch.equals("*")
                || List.of(ifMatch.split(", ")).contains(version)
                || List.of(ifMatch.split(", ")).contains(shown);
    }
}
