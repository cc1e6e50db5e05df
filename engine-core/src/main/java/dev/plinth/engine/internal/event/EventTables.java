package dev.plinth.engine.internal.event;

import dev.plinth.engine.api.RetentionTimes;
import dev.plinth.engine.internal.base.EventTypes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.RowIndex;
import dev.plinth.engine.internal.base.RowSets;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.SetKinds;
import dev.plinth.engine.internal.base.TableName;
import dev.plinth.engine.internal.base.TableName.Owner;

/** The tables of the room and the sets that follow from them. */
final class EventTables {
    static final SetKey ALL = SetKey.of(SetKinds.EVENTS_OF_ALL, 0);

    static final TableName<EventRow> EVENTS = TableName.of(
                    12, "events", 32, 600, 3, Owner.KEY, new RowIndex<>(EventRow::read, EventTables::tell))
            .keptFor(RetentionTimes::events);
    /** The position of each in-process listener, by the digest of its name. */
    static final TableName<?> CURSORS = TableName.of(13, "cursors", 32, 32, 0.01, Owner.ENGINE);

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

    private static void tell(byte[] key, EventRow row, RowSets sets) {
        long number = row.number();
        sets.place(number);
        sets.member(ALL, number);
        sets.member(row.ofWorkspace(), number);
        sets.member(row.ofType(), number);
        String type = row.type();
        String family = OwnEventTypes.isReserved(type) ? "" : EventTypes.family(type);
        if (!family.isEmpty()) {
            sets.member(ofFamily(row.workspace(), family), number);
        }
        SetKey ofResource = row.ofResource();
        if (ofResource != null) {
            sets.member(ofResource, number);
        }
    }
}
