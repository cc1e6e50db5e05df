package dev.plinth.engine.http;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All events of a workspace in commit order, as a server that came back lists them. One thread. */
final class EventHistory {
    private final JsonApi api;
    private final List<Map<String, Object>> events = new ArrayList<>();
    private final Map<String, Integer> places = new HashMap<>();
    private final Map<String, Set<Map<String, Object>>> states = new HashMap<>();
    private final Map<String, String> parents = new HashMap<>();

    EventHistory(JsonApi api) {
        this.api = api;
    }

    /** Reads what was added since the last call. */
    void read() throws IOException, InterruptedException {
        List<Map<String, Object>> added = new ArrayList<>();
        String cursor = "";
        boolean known = false;
        do {
            Map<String, Object> page = api.page("/v1/events", cursor);
            for (Map<String, Object> event : JsonApi.entries(page)) {
                known = known || places.containsKey(String.valueOf(event.get("id")));
                if (!known) {
                    added.add(event);
                }
            }
            cursor = page.get("nextCursor") instanceof String next ? next : "";
        } while (!known && !cursor.isEmpty());
        for (int i = added.size() - 1; i >= 0; i--) {
            add(added.get(i));
        }
    }

    private void add(Map<String, Object> event) {
        places.put(String.valueOf(event.get("id")), events.size());
        events.add(event);
        Map<String, Object> data = data(event);
        String id = String.valueOf(data.get("id"));
        states.computeIfAbsent(id, one -> new HashSet<>()).add(data);
        if (data.get("resourceId") instanceof String parent) {
            parents.putIfAbsent(id, parent);
        }
    }

    /** Returns the place of an event in commit order, or -1 if there is no such event. */
    int place(String event) {
        return places.getOrDefault(event, -1);
    }

    /** Returns the event at a place. */
    Map<String, Object> at(int place) {
        return events.get(place);
    }

    int size() {
        return events.size();
    }

    /** Returns every state of an object that an event has told of. */
    Set<Map<String, Object>> states(String id) {
        return states.getOrDefault(id, Set.of());
    }

    /** Returns the resource in whose order an event stands: that of the child, if it tells of one. */
    String resource(int place) {
        String id = String.valueOf(data(events.get(place)).get("id"));
        return parents.getOrDefault(id, id);
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> data(Map<String, Object> event) {
        return (Map<String, Object>) event.get("data");
    }
}
