package dev.plinth.engine.internal.event;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.rows.RowIndex;
import dev.plinth.engine.internal.base.rows.RowSets;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.base.rows.TableName.Owner;
import dev.plinth.engine.settings.RetentionTimes;

/** The tables of the room and the sets that follow from them. */
final class EventTables {
    static final SetKey ALL = SetKey.of(SetKinds.EVENTS_OF_ALL, 0);

    static final TableName<EventRow> EVENTS = TableName.of(
                    12, "events", 32, 600, 3, Owner.KEY, RowIndex.ofIds(EventRow::read, EventTables::tell))
            .keptFor(RetentionTimes::events);
    /** The position of each in-process listener, by the digest of its name. */
    static final TableName<?> CURSORS = TableName.of(13, "cursors", 32, 32, 0.01, Owner.ENGINE);

    private EventTables() {}

    static SetKey ofType(Id workspace, String type) {
        return SetKey.of(SetKinds.EVENTS_BY_TYPE, workspace, type);
    }

    /** Returns the set of a workspace's events whose types are the host's and start with these words and a dot. */
    static SetKey ofPrefix(Id workspace, String words) {
        return SetKey.of(SetKinds.EVENTS_BY_PREFIX, workspace, words);
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
        tellPrefixes(row, sets);
        SetKey ofResource = row.ofResource();
        if (ofResource != null) {
            sets.member(ofResource, number);
        }
    }

    /**
     * Tells a set for each prefix of the type, so that a page by a prefix is never short. A list reads the engine's own
     * types by their names. The length of a type limits its prefixes to 63.
     */
    private static void tellPrefixes(EventRow row, RowSets sets) {
        String type = row.type();
        if (OwnEventTypes.isReserved(type)) {
            return;
        }
        for (int dot = type.indexOf('.'); dot >= 0; dot = type.indexOf('.', dot + 1)) {
            sets.member(ofPrefix(row.workspace(), type.substring(0, dot)), row.number());
        }
    }
}
