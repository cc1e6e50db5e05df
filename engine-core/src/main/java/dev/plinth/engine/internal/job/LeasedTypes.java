package dev.plinth.engine.internal.job;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowIndex;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowSets;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.base.rows.TableName.Owner;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import dev.plinth.engine.internal.timer.DueIndex;
import dev.plinth.engine.internal.timer.DueKinds;
import dev.plinth.engine.internal.timer.DueRetention;
import dev.plinth.engine.internal.timer.SweepWork;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/**
 * Remembers when a worker outside of this JVM last had a lease of each type of a workspace's jobs. Each type has a row.
 * The record of a new or extended lease writes it, so that a restart forgets nothing.
 */
final class LeasedTypes {
    /** As many rows as there may be jobs, so that no lease is refused because of them. */
    static final TableName<Row> TABLE =
            TableName.of(27, "leased types", 32, 56, 0.7, Owner.KEY, new RowIndex<>(Row::read, LeasedTypes::tell));

    private static final int VERSION = 1;
    private static final long KEPT_MILLIS =
            Duration.ofMinutes(Limits.LEASED_TYPE_MINUTES).toMillis();

    /** Records that a worker has a lease of a type now. */
    static void note(Context context, String type, Changes changes) {
        Id workspace = context.workspace();
        byte[] key = key(workspace, type);
        Row known = context.rows().find(TABLE, key);
        long number = known == null ? context.nextNumber() : known.number();
        changes.put(TABLE, key, new Row(workspace, number, context.now()).row());
    }

    /** Returns true if a worker has had a lease of a type within the hour. */
    static boolean has(Rows rows, Id workspace, String type, long nowMillis) {
        Row row = rows.find(TABLE, key(workspace, type));
        return row != null && row.leasedAt() + KEPT_MILLIS > nowMillis;
    }

    static TransferredTable transferred() {
        return TransferredTable.numbered(
                TABLE,
                row -> RowReader.HEAD_BYTES + Id.BYTES,
                (key, row, ids) -> ids.workspace(Row.read(row).workspace()));
    }

    /** Returns the set of a workspace's rows. */
    static SetKey of(Id workspace) {
        return SetKey.of(SetKinds.LEASED_TYPES, workspace);
    }

    static SweepWork retention() {
        return new DueRetention<>(
                TABLE.name(),
                TABLE,
                DueKinds.LEASED_TYPES,
                rows -> KEPT_MILLIS,
                (rows, row, batch) -> batch.remove(row));
    }

    private static byte[] key(Id workspace, String type) {
        byte[] key = Arrays.copyOf(workspace.key(), 2 * Id.BYTES);
        System.arraycopy(Bytes.sha256(type.getBytes(StandardCharsets.UTF_8)), 0, key, Id.BYTES, Id.BYTES);
        return key;
    }

    private static void tell(byte[] key, Row row, RowSets sets) {
        sets.place(row.number());
        sets.member(of(row.workspace()), row.number());
        DueIndex.tell(sets, DueKinds.LEASED_TYPES, row.number(), row.leasedAt());
    }

    private record Row(Id workspace, long number, long leasedAt) {
        static Row read(byte[] row) {
            RowReader in = new RowReader(row, VERSION);
            return new Row(in.id(IdKind.WORKSPACE), in.number(), in.number());
        }

        byte[] row() {
            return new RowWriter(VERSION)
                    .id(workspace)
                    .number(number)
                    .number(leasedAt)
                    .row();
        }
    }
}
