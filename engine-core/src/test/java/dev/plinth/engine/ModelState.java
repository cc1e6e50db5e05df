package dev.plinth.engine;

import dev.plinth.engine.ModelRows.Event;
import dev.plinth.engine.ModelRows.Key;
import dev.plinth.engine.ModelRows.Resource;
import dev.plinth.engine.ModelRows.Share;
import dev.plinth.engine.ModelRows.Workspace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Holds what an engine should hold, in plain lists: all that was ever made, in the order in which it was made. */
final class ModelState {
    static final long EVENT_MILLIS = Duration.ofDays(30).toMillis();
    static final long REMEMBERED_MILLIS = Duration.ofHours(24).toMillis();

    final List<Workspace> workspaces = new ArrayList<>();
    final List<Key> keys = new ArrayList<>();
    final List<Resource> resources = new ArrayList<>();
    final List<Resource> children = new ArrayList<>();
    final List<Share> shares = new ArrayList<>();
    final List<Event> events = new ArrayList<>();
    final List<ModelLists.Cursor> cursors = new ArrayList<>();
    final Map<List<String>, Remembered> remembered = new LinkedHashMap<>();
    long now;
    private long number;

    long nextNumber() {
        return ++number;
    }

    /** The key that a secret opens the door for; null if it is no good. */
    Key keyOf(String secret) {
        for (Key key : keys) {
            if (key.accepts(secret, now)) {
                return key;
            }
        }
        return null;
    }

    Workspace workspace(String id) {
        return first(workspaces, each -> !each.deleted && each.id.equals(id));
    }

    /** A resource that a workspace sees; null if there is none. */
    Resource visible(Workspace who, String id) {
        return first(
                resources,
                each -> each.id.equals(id)
                        && !each.deleted
                        && !each.owner.deleted
                        && (sameAs(each.owner, who) || share(each, who) != null));
    }

    Resource child(Resource parent, String id) {
        return first(children, each -> each.id.equals(id) && !each.deleted && each.parent.id.equals(parent.id));
    }

    /** The share by which a workspace sees a resource; null of the owner's and of what it does not see. */
    Share share(Resource resource, Workspace who) {
        return first(shares, each -> each.resource.id.equals(resource.id) && sameAs(each.grantee, who));
    }

    Event event(Workspace workspace, String type, Resource resource, Map<String, Object> data) {
        Event event = new Event();
        event.number = nextNumber();
        event.createdAt = now;
        event.workspace = workspace;
        event.type = type;
        event.resource = resource;
        event.data = data;
        events.add(event);
        return event;
    }

    boolean isKept(Event event) {
        return event.createdAt + EVENT_MILLIS > now;
    }

    static boolean sameAs(Workspace one, Workspace other) {
        return one.id.equals(other.id);
    }

    static Map<String, Object> deleted(String id) {
        return new HashMap<>(Map.of("id", id, "deleted", true));
    }

    /** The merge of RFC 7396, read off its page. */
    static Map<String, Object> merged(Map<String, Object> target, Map<?, ?> patch) {
        Map<String, Object> result = new LinkedHashMap<>(target);
        patch.forEach((name, value) -> {
            if (value == null) {
                result.remove((String) name);
            } else if (value instanceof Map<?, ?> inner) {
                Map<String, Object> old = new HashMap<>();
                if (result.get((String) name) instanceof Map<?, ?> before) {
                    before.forEach((key, member) -> old.put((String) key, member));
                }
                result.put((String) name, merged(old, inner));
            } else {
                result.put((String) name, value);
            }
        });
        return result;
    }

    static <T> T first(List<T> rows, Predicate<T> wanted) {
        for (T row : rows) {
            if (wanted.test(row)) {
                return row;
            }
        }
        return null;
    }

    /**
     * An answer under an idempotency key.
     *
     * @param shown the resource that it shows, null if it shows none
     * @param ask what was asked, to ask it again
     */
    record Remembered(Object fingerprint, ModelAnswer answer, long at, Resource shown, ModelRequest ask) {}
}
