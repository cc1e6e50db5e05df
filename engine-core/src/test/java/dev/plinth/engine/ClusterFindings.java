package dev.plinth.engine;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** All that the leader of a quiet cluster shows. Immutable. */
final class ClusterFindings {
    /** Resources by name, archived ones included. */
    final Map<String, Json> resources = new HashMap<>();

    /** Events by id. */
    final Map<String, Json> events;

    /** How many events there are, by their type and the id in their data. */
    private final Map<String, Integer> counts = new HashMap<>();

    /** Jobs by id. */
    final Map<String, Json> jobs;

    /** @param get answers a GET of a path */
    ClusterFindings(Function<String, Reply> get) {
        all(get, "/v1/resources?status=all&limit=100").values().forEach(resource -> {
            Json other = resources.put(ClusterOracle.text(resource, "/name"), resource);
            ClusterOracle.check(other == null, "Expected nothing twice, but got " + resource + " and " + other);
        });
        events = all(get, "/v1/events?limit=100");
        events.values()
                .forEach(event -> counts.merge(
                        ClusterOracle.text(event, "/type") + " " + ClusterOracle.text(event, "/data/id"),
                        1,
                        Integer::sum));
        jobs = all(get, "/v1/jobs?limit=100");
    }

    /** Returns how many events of a type are about something with this id. */
    int events(String type, String id) {
        return counts.getOrDefault(type + " " + id, 0);
    }

    private static Map<String, Json> all(Function<String, Reply> get, String path) {
        Map<String, Json> all = new HashMap<>();
        String cursor = "";
        do {
            Reply reply = get.apply(cursor.isEmpty() ? path : path + "&cursor=" + cursor);
            ClusterOracle.check(reply.status() == 200, "Expected a page, but got " + reply.text());
            Json page = Json.of(reply.text());
            Map<String, Json> items = ClusterOracle.byId(page);
            items.forEach((id, item) -> ClusterOracle.check(
                    all.put(id, item) == null, "Expected nothing twice in a list, but got " + item));
            cursor = ClusterOracle.text(page, "/nextCursor");
        } while (!cursor.isEmpty() && !cursor.equals("null"));
        return all;
    }
}
