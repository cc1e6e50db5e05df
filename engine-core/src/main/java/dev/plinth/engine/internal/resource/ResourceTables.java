package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Memberships;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.SetKinds;
import dev.plinth.engine.internal.base.TableName;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tables of the room and the sets that follow from them. */
final class ResourceTables {
    static final TableName RESOURCES = new TableName(4, "resources", 32, 600, 1, ResourceTables::indexResource);
    static final TableName CHILDREN = new TableName(5, "children", 32, 600, 1, ResourceTables::indexChild);
    /** By grantee and resource. */
    static final TableName SHARES = new TableName(6, "shares", 32, 100, 0.1, ResourceTables::indexShare);

    private ResourceTables() {}

    static SetKey byMetadata(Id workspace, String key, String value) {
        return SetKey.of(SetKinds.RESOURCES_BY_METADATA, workspace, key + "=" + value);
    }

    /** All sets that a resource is a member of. */
    private static List<SetKey> sets(ResourceRow row) {
        Id workspace = row.workspace();
        List<SetKey> sets = new ArrayList<>(5);
        sets.add(SetKey.of(SetKinds.RESOURCES_ALL, workspace));
        sets.add(SetKey.of(SetKinds.RESOURCES_BY_STATUS, workspace, row.status().wireName()));
        if (row.status() != Status.ARCHIVED) {
            sets.add(SetKey.of(SetKinds.RESOURCES_CURRENT, workspace));
        }
        sets.add(SetKey.of(SetKinds.RESOURCES_BY_TYPE, workspace, row.type()));
        if (row.hasMetadata()) {
            JsonValue.Obj pairs = (JsonValue.Obj) JsonReader.trusted(row.metadata());
            for (Map.Entry<String, JsonValue> pair : pairs.members().entrySet()) {
                if (pair.getValue() instanceof JsonValue.Text text) {
                    sets.add(byMetadata(workspace, pair.getKey(), text.value()));
                }
            }
        }
        return sets;
    }

    private static void indexResource(byte[] key, byte @Nullable [] before, byte @Nullable [] after, Memberships sets) {
        ResourceRow old = before == null ? null : ResourceRow.read(before, false);
        ResourceRow row = after == null ? null : ResourceRow.read(after, false);
        List<SetKey> was = old == null ? List.of() : sets(old);
        List<SetKey> is = row == null ? List.of() : sets(row);
        if (old != null) {
            for (SetKey set : was) {
                if (!is.contains(set)) {
                    sets.remove(set, old.number());
                }
            }
        }
        if (row != null) {
            for (SetKey set : is) {
                if (!was.contains(set)) {
                    sets.add(set, row.number());
                }
            }
        }
        place(RESOURCES, key, old, row, sets);
    }

    private static void indexChild(byte[] key, byte @Nullable [] before, byte @Nullable [] after, Memberships sets) {
        ResourceRow old = before == null ? null : ResourceRow.read(before, true);
        ResourceRow row = after == null ? null : ResourceRow.read(after, true);
        if (old == null && row != null) {
            sets.add(SetKey.of(SetKinds.CHILDREN, row.resource()), row.number());
        } else if (old != null && row == null) {
            sets.remove(SetKey.of(SetKinds.CHILDREN, old.resource()), old.number());
        }
        place(CHILDREN, key, old, row, sets);
    }

    private static void place(
            TableName table, byte[] key, @Nullable ResourceRow old, @Nullable ResourceRow row, Memberships sets) {
        if (old == null && row != null) {
            sets.place(row.number(), table, key);
        } else if (old != null && row == null) {
            sets.unplace(old.number());
        }
    }

    private static void indexShare(byte[] key, byte @Nullable [] before, byte @Nullable [] after, Memberships sets) {
        Id grantee = Id.read(IdKind.WORKSPACE, key, 0);
        Id resource = Id.read(IdKind.RESOURCE, key, Id.BYTES);
        SetKey ofResource = SetKey.of(SetKinds.SHARES_OF_RESOURCE, resource);
        SetKey toWorkspace = SetKey.of(SetKinds.SHARES_TO_WORKSPACE, grantee);
        if (before == null && after != null) {
            long number = ShareRow.read(after).number();
            sets.add(ofResource, number);
            sets.add(toWorkspace, number);
            sets.place(number, SHARES, key);
        } else if (before != null && after == null) {
            long number = ShareRow.read(before).number();
            sets.remove(ofResource, number);
            sets.remove(toWorkspace, number);
            sets.unplace(number);
        }
    }
}
