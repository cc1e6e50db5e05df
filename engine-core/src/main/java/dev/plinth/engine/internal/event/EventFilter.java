package dev.plinth.engine.internal.event;

import dev.plinth.engine.internal.base.EventTypes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Selects the events of a workspace for a list or a stream. The narrower condition picks the sets that are read. The
 * other condition is checked on each row.
 *
 * @param types shows events of these types only
 * @param resource shows events about this resource only, or null
 */
record EventFilter(EventTypes types, @Nullable Id resource) {
    /** Returns sets that together hold all matching events, and possibly others. */
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
            } else if (OwnEventTypes.isReserved(pattern)) {
                OwnEventTypes.ALL.stream()
                        .filter(type -> EventTypes.matches(pattern, type))
                        .forEach(type -> sets.add(EventTables.ofType(workspace, type)));
            } else {
                sets.add(EventTables.ofPrefix(workspace, EventTypes.words(pattern)));
            }
        }
        return sets.stream().distinct().toList();
    }

    /** Returns true if an event of these sets matches. */
    boolean accepts(EventRow row, Context context) {
        return !row.isExpired(context) && (types.areAll() || types.take(row.type()));
    }

    /** Returns a topic that every matching event signals, and few others do. */
    Id topic(Id workspace) {
        if (resource != null) {
            return EventTopics.topicAbout(workspace, resource);
        }
        if (types.patterns().size() != 1) {
            return EventTopics.topic(workspace);
        }
        String only = types.patterns().get(0);
        return EventTypes.isPrefix(only)
                ? EventTopics.topicOf(workspace, EventTypes.family(only))
                : EventTopics.topicOf(workspace, only);
    }
}
