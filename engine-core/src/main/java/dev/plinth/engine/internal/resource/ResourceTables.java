package dev.plinth.engine.internal.resource;

import dev.plinth.engine.api.ResourceStatus;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.rows.RowIndex;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowSets;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.base.rows.TableName.Owner;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The tables of the room and the sets that follow from them. */
final class ResourceTables {
    static final TableName<ResourceRow> RESOURCES = TableName.of(
            4,
            "resources",
            32,
            600,
            1,
            Owner.KEY,
            RowIndex.ofIds(row -> ResourceRow.read(row, false), ResourceTables::tellResource));
    static final TableName<ResourceRow> CHILDREN = TableName.of(
            5,
            "children",
            32,
            600,
            1,
            Owner.KEY,
            RowIndex.ofIds(row -> ResourceRow.read(row, true), ResourceTables::tellChild));
    /** The shares by grantee and resource. A share counts for the workspace that gives it. */
    static final TableName<ShareRow> SHARES = TableName.of(
            6, "shares", 32, 100, 0.1, Owner.ROW, new RowIndex<>(ShareRow::read, ResourceTables::tellShare));

    /** The offset of a share's number: after owner, share, resource, grantee and role. */
    static final int SHARE_NUMBER_AT = RowReader.HEAD_BYTES + 4 * Id.BYTES + 1;

    private ResourceTables() {}

    /** Returns the set of a workspace's resources in a status. */
    static SetKey inStatus(Id workspace, ResourceStatus status) {
        return SetKey.of(kindOf(status), workspace);
    }

    /** Returns the kind of the sets of resources in a status. */
    private static int kindOf(ResourceStatus status) {
        return switch (status) {
            case ACTIVE -> SetKinds.RESOURCES_ACTIVE;
            case PAUSED -> SetKinds.RESOURCES_PAUSED;
            case ARCHIVED -> SetKinds.RESOURCES_ARCHIVED;
            case UNKNOWN -> throw new IllegalStateException("Expected a status of a row, but got UNKNOWN");
        };
    }

    /** Returns the sets of a workspace's resources in some statuses. */
    static List<SetKey> inStatus(Id workspace, List<ResourceStatus> statuses) {
        List<SetKey> sets = new ArrayList<>(statuses.size());
        for (int i = 0; i < statuses.size(); i++) {
            sets.add(inStatus(workspace, statuses.get(i)));
        }
        return sets;
    }

    /** Returns the sets of all resources of a workspace. */
    static List<SetKey> all(Id workspace) {
        return inStatus(workspace, ResourceRow.STATUSES);
    }

    static SetKey byMetadata(Id workspace, String key, String value) {
        return SetKey.of(SetKinds.RESOURCES_BY_METADATA, workspace, key + "=" + value);
    }

    private static void tellResource(byte[] key, ResourceRow row, RowSets sets) {
        long number = row.number();
        sets.place(number);
        sets.member(row.ofWorkspace(kindOf(row.status())), number);
        sets.member(row.ofType(), number);
        if (row.hasMetadata()) {
            Id workspace = row.workspace();
            JsonValue.Obj pairs = (JsonValue.Obj) JsonReader.trusted(row.metadata());
            for (Map.Entry<String, JsonValue> pair : pairs.members().entrySet()) {
                if (pair.getValue() instanceof JsonValue.Text text) {
                    sets.member(byMetadata(workspace, pair.getKey(), text.value()), number);
                }
            }
        }
    }

    private static void tellChild(byte[] key, ResourceRow row, RowSets sets) {
        sets.place(row.number());
        sets.member(SetKey.of(SetKinds.CHILDREN, row.resource()), row.number());
    }

    /** A share has another number if a batch ends it and makes it again: its record has the last write of the row. */
    private static void tellShare(byte[] key, ShareRow row, RowSets sets) {
        Id grantee = Id.read(IdKind.WORKSPACE, key, 0);
        Id resource = Id.read(IdKind.RESOURCE, key, Id.BYTES);
        sets.place(row.number());
        sets.member(SetKey.of(SetKinds.SHARES_OF_RESOURCE, resource), row.number());
        sets.member(SetKey.of(SetKinds.SHARES_TO_WORKSPACE, grantee), row.number());
    }
}
