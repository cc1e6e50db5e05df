package dev.plinth.engine.internal.access;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.rows.RowIndex;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowSets;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.base.rows.TableName.Owner;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import dev.plinth.engine.internal.timer.DueIndex;
import dev.plinth.engine.internal.timer.DueKinds;
import java.util.List;

/** The tables of the room and the sets that follow from them. */
final class AccessTables {
    static final SetKey ALL_WORKSPACES = SetKey.of(SetKinds.WORKSPACES, 0);

    static final TableName<WorkspaceRow> WORKSPACES = TableName.of(
            1,
            "workspaces",
            16,
            160,
            0.1,
            Owner.ENGINE,
            RowIndex.ofIds(WorkspaceRow::read, AccessTables::tellWorkspace));
    static final TableName<KeyRow> KEYS =
            TableName.of(2, "keys", 32, 220, 0.2, Owner.KEY, RowIndex.ofIds(KeyRow::read, AccessTables::tellKey));
    /** The owner of a secret by its digest: workspace, then key. */
    static final TableName<?> TOKENS = TableName.of(3, "tokens", 32, 48, 0.2, Owner.ROW, RowIndex.ofIds());

    /** The last use of each key, beside its row, so that a use is no change of the key. */
    static final TableName<?> USES = TableName.of(20, "key uses", 32, 16, 0.2, Owner.KEY);

    /** The offset of a workspace's number, after its id. */
    private static final int WORKSPACE_NUMBER_AT = RowReader.HEAD_BYTES + Id.BYTES;

    /** The offset of a key's number, after its id and its workspace. */
    private static final int KEY_NUMBER_AT = RowReader.HEAD_BYTES + 2 * Id.BYTES;

    private AccessTables() {}

    static List<TransferredTable> transferred() {
        return List.of(
                TransferredTable.numbered(KEYS, row -> KEY_NUMBER_AT, (key, row, ids) -> {
                            KeyRow one = KeyRow.read(row);
                            ids.workspace(one.workspace());
                            ids.key(one.key(), key);
                        })
                        .naming(IdKind.KEY),
                TransferredTable.plain(
                        TOKENS,
                        (key, row, ids) -> ids.belongsTo(Id.read(IdKind.KEY, row, RowReader.HEAD_BYTES + Id.BYTES))),
                TransferredTable.plain(USES, (key, row, ids) -> ids.belongsTo(Id.read(IdKind.KEY, key, Id.BYTES))),
                TransferredTable.numbered(
                                WORKSPACES,
                                row -> WORKSPACE_NUMBER_AT,
                                (key, row, ids) ->
                                        ids.workspace(WorkspaceRow.read(row).id()))
                        .at(TransferredTable.Stage.IN_LAST_RECORD));
    }

    static SetKey keysOf(Id workspace) {
        return SetKey.of(SetKinds.KEYS, workspace);
    }

    private static void tellWorkspace(byte[] key, WorkspaceRow row, RowSets sets) {
        sets.place(row.number());
        sets.member(ALL_WORKSPACES, row.number());
    }

    private static void tellKey(byte[] key, KeyRow row, RowSets sets) {
        long number = row.facts().number();
        sets.place(number);
        sets.member(keysOf(Id.read(IdKind.WORKSPACE, key, 0)), number);
        DueIndex.tell(sets, DueKinds.REVOKED_KEYS, number, row.revokedAt());
    }
}
