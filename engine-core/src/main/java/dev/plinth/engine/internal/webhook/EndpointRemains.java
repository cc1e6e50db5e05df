package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowIndex;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowSets;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.base.rows.StoredRow;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import dev.plinth.engine.internal.timer.OldestFirst;
import dev.plinth.engine.internal.timer.SweepBatch;
import dev.plinth.engine.internal.timer.SweepWork;
import java.time.Duration;

/**
 * Deleted endpoints that have left deliveries. These stay readable for their time, and the deletion of the workspace
 * finds them by these rows. If the table has no room for a row, its deliveries expire by themselves, and
 * an import leaves them out.
 */
final class EndpointRemains {
    static final TableName<RowReader> TABLE = TableName.of(
            31,
            "endpoint remains",
            2 * Id.BYTES,
            44,
            0.05,
            TableName.Owner.KEY,
            new RowIndex<>(EndpointRemains::read, EndpointRemains::tell));

    private static final SetKey ALL = SetKey.of(SetKinds.ENDPOINTS_WITH_REMAINS, 0);
    private static final int VERSION = 1;

    /** A day more than the deliveries, because an attempt may be in flight when its endpoint is deleted. */
    private static final long MORE_MILLIS = Duration.ofDays(1).toMillis();

    static TransferredTable transferred() {
        return TransferredTable.numbered(TABLE, row -> RowReader.HEAD_BYTES, (key, row, ids) -> {
                    Id endpoint = read(row).skip(Long.BYTES).id(IdKind.ENDPOINT);
                    ids.key(ids.workspace().keyOf(endpoint), key);
                })
                .naming(IdKind.ENDPOINT);
    }

    /** Adds to the deletion of an endpoint that its deliveries remain. */
    static void begin(Context context, EndpointRow row, Changes changes) {
        if (context.rows().ceiling(SetKey.of(SetKinds.DELIVERIES, row.id()), 0) != Rows.NONE) {
            changes.putIfRoom(
                    TABLE,
                    row.key(),
                    new RowWriter(VERSION)
                            .number(context.nextNumber())
                            .id(row.id())
                            .number(context.now())
                            .row());
        }
    }

    /** Puts the rows that deleted endpoints of a workspace have left into a batch, until it is full. */
    static void purge(Context context, Id workspace, SweepBatch batch) {
        Rows rows = context.rows();
        SetKey remains = ofWorkspace(workspace);
        for (StoredRow<RowReader> each : rows.in(TABLE, remains)) {
            Id endpoint = each.row().skip(Long.BYTES).id(IdKind.ENDPOINT);
            if (!DeliveryRetention.removeAll(rows, endpoint, batch)) {
                return;
            }
            batch.remove(each);
        }
    }

    static SweepWork retention() {
        return new OldestFirst<>(TABLE.name(), TABLE, ALL, EndpointRemains::expiresAt);
    }

    private static long expiresAt(Rows rows, RowReader row) {
        long deletedAt = row.skip(Long.BYTES + Id.BYTES).number();
        return deletedAt + DeliveryRow.keptMillis(rows) + MORE_MILLIS;
    }

    private static SetKey ofWorkspace(Id workspace) {
        return SetKey.of(SetKinds.ENDPOINTS_WITH_REMAINS, workspace);
    }

    private static RowReader read(byte[] row) {
        return new RowReader(row, VERSION);
    }

    private static void tell(byte[] key, RowReader row, RowSets sets) {
        long number = row.number();
        sets.place(number);
        sets.member(ALL, number);
        sets.member(ofWorkspace(Id.read(IdKind.WORKSPACE, key, 0)), number);
    }
}
