package dev.plinth.engine.internal.access;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Memberships;
import dev.plinth.engine.internal.base.RowReader;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.SetKinds;
import dev.plinth.engine.internal.base.TableName;
import dev.plinth.engine.internal.base.TableName.Owner;
import dev.plinth.engine.internal.base.TransferredTable;
import dev.plinth.engine.internal.timer.DueIndex;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tables of the room and the sets that follow from them. */
final class AccessTables {
    static final SetKey ALL_WORKSPACES = SetKey.of(SetKinds.WORKSPACES, 0);

    /** The kind of due work for revoked keys, which are due at the time of their revocation. */
    static final int REVOKED_DUE_KIND = 6;

    static final TableName WORKSPACES =
            new TableName(1, "workspaces", 16, 160, 0.1, Owner.ENGINE, AccessTables::indexWorkspace);
    static final TableName KEYS = new TableName(2, "keys", 32, 220, 0.2, Owner.KEY, AccessTables::indexKey);
    /** The owner of a secret by its digest: workspace, then key. */
    static final TableName TOKENS = new TableName(3, "tokens", 32, 48, 0.2, Owner.ROW);

    /** The engine's own settings, by name. */
    static final TableName SETTINGS = new TableName(19, "settings", 16, 64, 0.001, Owner.ENGINE);

    /** The last use of each key, beside its row, so that a use is no change of the key. */
    static final TableName USES = new TableName(20, "key uses", 32, 16, 0.2, Owner.KEY);

    /** The offset of a workspace's number, after its id. */
    private static final int WORKSPACE_NUMBER_AT = RowReader.HEAD_BYTES + Id.BYTES;

    /** The offset of a key's number, after its id and its workspace. */
    private static final int KEY_NUMBER_AT = RowReader.HEAD_BYTES + 2 * Id.BYTES;

    private AccessTables() {}

    static List<TransferredTable> transferred() {
        return List.of(
                TransferredTable.numbered(KEYS, row -> KEY_NUMBER_AT),
                TransferredTable.plain(TOKENS),
                TransferredTable.plain(USES),
                TransferredTable.numbered(WORKSPACES, row -> WORKSPACE_NUMBER_AT)
                        .at(TransferredTable.Stage.IN_LAST_RECORD));
    }

    static SetKey keysOf(Id workspace) {
        return SetKey.of(SetKinds.KEYS, workspace);
    }

    private static void indexWorkspace(
            byte[] key, byte @Nullable [] before, byte @Nullable [] after, Memberships sets) {
        if (before == null && after != null) {
            long number = WorkspaceRow.read(after).number();
            sets.add(ALL_WORKSPACES, number);
            sets.place(number, WORKSPACES, key);
        } else if (before != null && after == null) {
            long number = WorkspaceRow.read(before).number();
            sets.remove(ALL_WORKSPACES, number);
            sets.unplace(number);
        }
    }

    private static void indexKey(byte[] key, byte @Nullable [] before, byte @Nullable [] after, Memberships sets) {
        SetKey set = keysOf(Id.read(IdKind.WORKSPACE, key, 0));
        KeyRow old = before == null ? null : KeyRow.read(before);
        KeyRow row = after == null ? null : KeyRow.read(after);
        if (old == null && row != null) {
            sets.add(set, row.number());
            sets.place(row.number(), KEYS, key);
            DueIndex.move(sets, REVOKED_DUE_KIND, row.number(), KeyRow.NOT_REVOKED, row.revokedAt());
        } else if (old != null && row == null) {
            sets.remove(set, old.number());
            sets.unplace(old.number());
            DueIndex.move(sets, REVOKED_DUE_KIND, old.number(), old.revokedAt(), KeyRow.NOT_REVOKED);
        } else if (old != null && row != null) {
            DueIndex.move(sets, REVOKED_DUE_KIND, row.number(), old.revokedAt(), row.revokedAt());
        }
    }
}
