package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.ModelRequest.Expected;
import dev.plinth.engine.ModelRows.Event;
import dev.plinth.engine.ModelRows.Resource;
import dev.plinth.engine.ModelRows.Row;
import dev.plinth.engine.ModelRows.Share;
import dev.plinth.engine.ModelRows.Workspace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/** The model's lists: filtered, in commit order, cut into pages (contract §6). */
final class ModelLists {
    private static final int EXAMINED_PER_ITEM = 10;
    private static final String ALL = "all";

    private final ModelState world;

    ModelLists(ModelState world) {
        this.world = world;
    }

    /** A list with its filters. */
    record Listing(String path, String scope, TreeMap<String, String> filters) {
        static Listing of(String path, String scope, String... filters) {
            TreeMap<String, String> map = new TreeMap<>();
            for (int i = 0; i < filters.length; i += 2) {
                map.put(filters[i], filters[i + 1]);
            }
            return new Listing(path, scope, map);
        }

        String query(int limit, Cursor cursor) {
            StringBuilder query = new StringBuilder("limit=" + limit);
            filters.forEach(
                    (name, value) -> query.append('&').append(name).append('=').append(value));
            return (cursor == null ? query : query.append("&cursor=").append(cursor.text)).toString();
        }
    }

    /** Tells where a walk stands, and whose it is. */
    record Cursor(Workspace owner, Listing listing, String text, long edge) {}

    /** Tells what a list holds of the model: rows in commit order, how each is shown, and out of how many rows it was chosen. */
    private record Content(List<Row> rows, Function<Row, Map<String, Object>> shown, int examined) {}

    /** Asks for one page. */
    ModelRequest page(Listing listing, int limit, Cursor cursor) {
        return ModelRequest.of(
                        "GET",
                        listing.path,
                        listing.scope,
                        (who, ask, answer) -> page(who, listing, limit, cursor, answer))
                .withQuery(listing.query(limit, cursor));
    }

    private Expected page(Workspace who, Listing listing, int limit, Cursor cursor, ModelAnswer answer) {
        if (cursor != null && !(cursor.listing.equals(listing) && ModelState.sameAs(cursor.owner, who))) {
            return Expected.early(400, "cursor_invalid");
        }
        Content content = content(who, listing);
        if (content == null) {
            return Expected.refused(404, "not_found");
        }
        if (content.shown == null) {
            return Expected.refused(403, "forbidden");
        }
        boolean up = listing.filters.containsKey("after");
        List<Row> rest = new ArrayList<>(content.rows);
        rest.sort(Comparator.comparingLong(row -> up ? row.number : -row.number));
        long edge = cursor != null ? cursor.edge : up ? after(who, listing) : Long.MAX_VALUE;
        rest.removeIf(row -> up ? row.number <= edge : row.number >= edge);
        int shown = Math.min(limit, rest.size());
        List<?> data = answer.list("data");
        boolean isShort = data.size() < shown && content.examined >= EXAMINED_PER_ITEM * limit;
        if (isShort) {
            shown = data.size();
        }
        List<Map<String, Object>> items = new ArrayList<>();
        for (int i = 0; i < shown; i++) {
            learn(rest.get(i), i < data.size() ? data.get(i) : null);
            items.add(content.shown.apply(rest.get(i)));
        }
        boolean isExamined = content.examined >= EXAMINED_PER_ITEM * limit;
        boolean hasMore = isExamined ? Boolean.TRUE.equals(answer.body().get("hasMore")) : rest.size() > shown;
        assertThat(hasMore || rest.size() == shown).as("hasMore").isTrue();
        Map<String, Object> body = new HashMap<>();
        body.put("data", items);
        body.put("hasMore", hasMore);
        body.put("nextCursor", hasMore ? answer.text("nextCursor") : null);
        assertThat(hasMore && answer.text("nextCursor").isEmpty()).as("cursor").isFalse();
        if (hasMore && shown == limit) {
            world.cursors.add(new Cursor(who, listing, answer.text("nextCursor"), rest.get(shown - 1).number));
        }
        return Expected.ok(body, null);
    }

    /** An event gets its id when it is seen for the first time. */
    private void learn(Row row, Object item) {
        if (row instanceof Event event && event.id.isEmpty() && item instanceof Map<?, ?> map) {
            String id = (String) map.get("id");
            assertThat(id).matches("evt_[0-9a-hjkmnp-tv-z]{26}");
            assertThat(ModelState.first(world.events, each -> each.id.equals(id)))
                    .as("twice: %s", id)
                    .isNull();
            event.id = id;
        }
    }

    private long after(Workspace who, Listing listing) {
        String id = listing.filters.get("after");
        Event event =
                ModelState.first(world.events, each -> each.id.equals(id) && ModelState.sameAs(each.workspace, who));
        return event == null ? -1 : event.number;
    }

    /** Null if the caller does not see the list at all; nothing shown if it may not. */
    private Content content(Workspace who, Listing listing) {
        String[] path = listing.path.split("/");
        Map<String, String> filters = listing.filters;
        if (path.length == 5) {
            Resource resource = world.visible(who, path[3]);
            return resource == null ? null : path[4].equals("shares") ? shares(who, resource) : children(resource);
        }
        return switch (path[2]) {
            case "resources" -> filters.containsKey("shared") ? shared(who, filters) : resources(who, filters);
            case "events" -> events(who, filters);
            default -> {
                List<Row> keys =
                        rows(world.keys, key -> ModelState.sameAs(key.workspace, who) && key.isKept(world.now));
                yield new Content(keys, row -> ((ModelRows.Key) row).shown(world.now), 0);
            }
        };
    }

    private Content children(Resource parent) {
        List<Row> rows = rows(world.children, each -> !each.deleted && each.parent.id.equals(parent.id));
        return new Content(rows, row -> ((Resource) row).shown(), 0);
    }

    private Content shares(Workspace who, Resource resource) {
        if (!ModelState.sameAs(resource.owner, who)) {
            return new Content(List.of(), null, 0);
        }
        List<Row> rows = rows(world.shares, each -> each.resource.id.equals(resource.id) && !each.grantee.deleted);
        return new Content(rows, row -> ((Share) row).shown(), 0);
    }

    private Content resources(Workspace who, Map<String, String> filters) {
        List<Row> own = rows(world.resources, each -> !each.deleted && ModelState.sameAs(each.owner, who));
        List<Row> rows = new ArrayList<>(own);
        rows.removeIf(row -> !fits((Resource) row, filters));
        return new Content(rows, row -> ((Resource) row).shown(), isOneSet(filters) ? 0 : own.size());
    }

    /** True if one index holds what the filters leave, so that no row is examined in vain; times only cut it. */
    private static boolean isOneSet(Map<String, String> filters) {
        TreeMap<String, String> others = new TreeMap<>(filters);
        others.keySet().removeIf(name -> name.startsWith("created"));
        String status = others.remove("status");
        return others.isEmpty() || others.size() == 1 && ALL.equals(status);
    }

    private Content shared(Workspace who, Map<String, String> filters) {
        List<Row> all =
                rows(world.shares, each -> ModelState.sameAs(each.grantee, who) && !each.resource.owner.deleted);
        List<Row> rows = new ArrayList<>(all);
        rows.removeIf(row -> !fits(((Share) row).resource, filters));
        return new Content(rows, row -> ((Share) row).resource.shown((Share) row), all.size());
    }

    private Content events(Workspace who, Map<String, String> filters) {
        String type = filters.get("type");
        String resource = filters.get("resourceId");
        List<Row> own = rows(world.events, each -> ModelState.sameAs(each.workspace, who));
        List<Row> rows = new ArrayList<>(own);
        rows.removeIf(row -> row instanceof Event event
                && !(world.isKept(event)
                        && (type == null || type.equals(event.type))
                        && (resource == null || event.resource != null && resource.equals(event.resource.id))));
        return new Content(rows, row -> ((Event) row).shown(), own.size());
    }

    private static boolean fits(Resource resource, Map<String, String> filters) {
        String status = filters.get("status");
        boolean fits = status == null
                ? !resource.status.equals("archived")
                : status.equals(ALL) || status.equals(resource.status);
        for (Map.Entry<String, String> filter : filters.entrySet()) {
            String name = filter.getKey();
            String value = filter.getValue();
            fits &= switch (name) {
                case "type" -> value.equals(resource.type);
                case "createdAfter" -> ModelRows.time(resource.createdAt).compareTo(value) > 0;
                case "createdBefore" -> ModelRows.time(resource.createdAt).compareTo(value) < 0;
                default ->
                    !name.startsWith("metadata.")
                            || value.equals(resource.metadata.get(name.substring("metadata.".length())));
            };
        }
        return fits;
    }

    private static <T extends Row> List<Row> rows(List<T> all, Predicate<T> wanted) {
        List<Row> rows = new ArrayList<>();
        for (T each : all) {
            if (wanted.test(each)) {
                rows.add(each);
            }
        }
        return rows;
    }
}
