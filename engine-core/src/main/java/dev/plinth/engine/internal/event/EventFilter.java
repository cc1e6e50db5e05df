package dev.plinth.engine.internal.event;

import dev.plinth.engine.internal.base.EventTypes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.SetKinds;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which events of a workspace a list or a stream shows. The narrower condition picks the sets that are read; the other one, and the
 * rest of a long prefix, is asked of each row.
 *
 * @param types shows events of these types only
 * @param resource shows events about this resource only, or null
 */
record EventFilter(EventTypes types, @Nullable Id resource) {
    /** The sets that hold all events that fit, and others. */
    List<SetKey> sets(Id workspace) {
        if (resource != null) {
            return List.of(EventTables.about(workspace, resource));
        }
        if (types.areAll()) {
            return List.of(SetKey.of(SetKinds.EVENTS, workspace));
        }
        List<SetKey> sets = new ArrayList<>();
        for (String pattern : types.patterns()) {
            if (!EventTypes.isPrefix(pattern)) {
                sets.add(EventTables.ofType(workspace, pattern));
            } else if (Events.isReserved(pattern)) {
                Events.OWN_TYPES.stream()
                        .filter(type -> EventTypes.matches(pattern, type))
                        .forEach(type -> sets.add(EventTables.ofType(workspace, type)));
            } else {
                sets.add(EventTables.ofFamily(workspace, EventTypes.family(pattern)));
            }
        }
        return sets.stream().distinct().toList();
    }

    /** True if an event that one of the sets holds fits. */
    boolean accepts(EventRow row, long nowMillis) {
        return !row.isExpired(nowMillis) && (types.areAll() || types.take(row.type()));
    }

    /** The topic of which every event that fits tells, and few others do. */
    Id topic(Id workspace) {
        if (resource != null) {
            return Events.topicAbout(workspace, resource);
        }
        if (types.patterns().size() != 1) {
            return Events.topic(workspace);
        }
        String only = types.patterns().get(0);
        return EventTypes.isPrefix(only)
                ? Events.topicOf(workspace, EventTypes.family(only))
                : Events.topicOf(workspace, only);
    }
}
