package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Memberships;
import dev.plinth.engine.internal.base.RowReader;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.SetKinds;
import dev.plinth.engine.internal.base.TableName;
import dev.plinth.engine.internal.base.TableName.Owner;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The tables of the room and the sets that follow from them. */
final class ResourceTables {
    static final TableName RESOURCES =
            new TableName(4, "resources", 32, 600, 1, Owner.KEY, ResourceTables::indexResource);
    static final TableName CHILDREN = new TableName(5, "children", 32, 600, 1, Owner.KEY, ResourceTables::indexChild);
    /** The shares by grantee and resource. A share counts for the workspace that gives it. */
    static final TableName SHARES = new TableName(6, "shares", 32, 100, 0.1, Owner.ROW, ResourceTables::indexShare);

    /** The offset of a share's number: after owner, share, resource, grantee and role. */
    static final int SHARE_NUMBER_AT = RowReader.HEAD_BYTES + 4 * Id.BYTES + 1;

    private ResourceTables() {}

    static SetKey byMetadata(Id workspace, String key, String value) {
        return SetKey.of(SetKinds.RESOURCES_BY_METADATA, workspace, key + "=" + value);
    }

    private static void forEachSet(ResourceRow row, Consumer<SetKey> visitor) {
        Id workspace = row.workspace();
        visitor.accept(SetKey.of(SetKinds.RESOURCES_ALL, workspace));
        visitor.accept(
                SetKey.of(SetKinds.RESOURCES_BY_STATUS, workspace, row.status().wireName()));
        if (row.status() != Status.ARCHIVED) {
            visitor.accept(SetKey.of(SetKinds.RESOURCES_CURRENT, workspace));
        }
        visitor.accept(row.ofType());
        if (row.hasMetadata()) {
            JsonValue.Obj pairs = (JsonValue.Obj) JsonReader.trusted(row.metadata());
            for (Map.Entry<String, JsonValue> pair : pairs.members().entrySet()) {
                if (pair.getValue() instanceof JsonValue.Text text) {
                    visitor.accept(byMetadata(workspace, pair.getKey(), text.value()));
                }
            }
        }
    }

    private static void indexResource(byte[] key, byte @Nullable [] before, byte @Nullable [] after, Memberships sets) {
        ResourceRow old = before == null ? null : ResourceRow.read(before, false);
        ResourceRow row = after == null ? null : ResourceRow.read(after, false);
        if (old == null && row != null) {
            forEachSet(row, set -> sets.add(set, row.number()));
        } else if (old != null && row == null) {
            forEachSet(old, set -> sets.remove(set, old.number()));
        } else if (old != null && row != null) {
            List<SetKey> was = sets(old);
            List<SetKey> is = sets(row);
            forEachOther(was, is, set -> sets.remove(set, old.number()));
            forEachOther(is, was, set -> sets.add(set, row.number()));
        }
        place(RESOURCES, key, old, row, sets);
    }

    /** Returns all sets of which a resource is a member. */
    private static List<SetKey> sets(ResourceRow row) {
        List<SetKey> sets = new ArrayList<>(5);
        forEachSet(row, sets::add);
        return sets;
    }

    private static void forEachOther(List<SetKey> sets, List<SetKey> known, Consumer<SetKey> visitor) {
        for (SetKey set : sets) {
            if (!known.contains(set)) {
                visitor.accept(set);
            }
        }
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
        long old = before == null ? Rows.NONE : ShareRow.read(before).number();
        long number = after == null ? Rows.NONE : ShareRow.read(after).number();
        if (old == number) {
            return;
        }
        // Both are there if a batch ends a share and makes it again: its record has only the last write of the row.
        if (old != Rows.NONE) {
            sets.remove(ofResource, old);
            sets.remove(toWorkspace, old);
            sets.unplace(old);
        }
        if (number != Rows.NONE) {
            sets.add(ofResource, number);
            sets.add(toWorkspace, number);
            sets.place(number, SHARES, key);
        }
    }
}
