package dev.plinth.engine.internal.event;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;

/** The topics of events, for which callers wait. */
final class EventTopics {
    private EventTopics() {}

    /** Returns the topic of all events of a workspace. */
    static Id topic(Id workspace) {
        return topic(workspace, 0, 0);
    }

    /** Returns the topic of a workspace's events of a type or a family of types. */
    static Id topicOf(Id workspace, String typeOrFamily) {
        return topic(workspace, typeOrFamily.hashCode(), 0);
    }

    /** Returns the topic of a workspace's events about a resource. */
    static Id topicAbout(Id workspace, Id resource) {
        return topic(workspace, resource.high(), resource.low());
    }

    private static Id topic(Id workspace, long high, long low) {
        return new Id(IdKind.EVENT, workspace.high() ^ Long.rotateLeft(high, 1), workspace.low() ^ low);
    }
}
