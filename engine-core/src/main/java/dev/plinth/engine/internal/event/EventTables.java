package dev.plinth.engine.internal.event;

import dev.plinth.engine.api.RetentionTimes;
import dev.plinth.engine.internal.base.EventTypes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Memberships;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.SetKinds;
import dev.plinth.engine.internal.base.TableName;
import dev.plinth.engine.internal.base.TableName.Owner;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The tables of the room and the sets that follow from them. */
final class EventTables {
    static final SetKey ALL = SetKey.of(SetKinds.EVENTS_OF_ALL, 0);

    static final TableName EVENTS =
            new TableName(12, "events", 32, 600, 3, Owner.KEY, EventTables::index).keptFor(RetentionTimes::events);
    /** The position of each in-process listener, by the digest of its name. */
    static final TableName CURSORS = new TableName(13, "cursors", 32, 32, 0.01, Owner.ENGINE);

    private EventTables() {}

    static SetKey ofType(Id workspace, String type) {
        return SetKey.of(SetKinds.EVENTS_BY_TYPE, workspace, type);
    }

    /** Returns the set of a workspace's events whose types are the host's and start with a word and a dot. */
    static SetKey ofFamily(Id workspace, String family) {
        return SetKey.of(SetKinds.EVENTS_BY_FAMILY, workspace, family);
    }

    /**
     * Returns the set of a workspace's events about a resource, its own or another's. A set of all events about the
     * resource would reveal, by the length of a page, how many other workspaces have.
     */
    static SetKey about(Id workspace, Id resource) {
        return SetKey.of(SetKinds.EVENTS_BY_RESOURCE, workspace, resource);
    }

    private static void index(byte[] key, byte @Nullable [] before, byte @Nullable [] after, Memberships sets) {
        if (before == null && after != null) {
            EventRow row = EventRow.read(after);
            forEachSet(row, set -> sets.add(set, row.number()));
            sets.place(row.number(), EVENTS, key);
        } else if (before != null && after == null) {
            EventRow row = EventRow.read(before);
            forEachSet(row, set -> sets.remove(set, row.number()));
            sets.unplace(row.number());
        }
    }

    private static void forEachSet(EventRow row, Consumer<SetKey> visitor) {
        visitor.accept(ALL);
        visitor.accept(SetKey.of(SetKinds.EVENTS, row.workspace()));
        visitor.accept(row.ofType());
        String type = row.type();
        String family = EventTypes.family(type);
        if (!family.isEmpty() && !OwnEventTypes.isReserved(type)) {
            visitor.accept(ofFamily(row.workspace(), family));
        }
        Id resource = row.resource();
        if (resource != null) {
            visitor.accept(about(row.workspace(), resource));
        }
    }
}
