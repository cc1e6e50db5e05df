package dev.plinth.engine.internal.idempotency;

import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.RowSets;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.SetKinds;
import dev.plinth.engine.internal.timer.Retention;
import dev.plinth.engine.internal.timer.SweepBatch;

/** Deletes expired answers, found by their numbers, which are in the order of their times. */
final class IdempotencyRetention implements Retention {
    private static final SetKey ALL = SetKey.of(SetKinds.REMEMBERED_OF_ALL, 0);

    @Override
    public String name() {
        return "remembered";
    }

    @Override
    public long nextExpiry(Rows rows) {
        long first = rows.ceiling(ALL, 0);
        byte[] row = first == Rows.NONE ? null : rows.at(first);
        return row == null ? NEVER : IdempotencyRow.expiresAt(row);
    }

    @Override
    public void collect(Context context, long nowMillis, SweepBatch batch) {
        Rows rows = context.rows();
        for (long next = rows.ceiling(ALL, 0); next != Rows.NONE; next = rows.ceiling(ALL, next + 1)) {
            byte[] row = rows.at(next);
            byte[] key = rows.keyAt(next);
            if (row == null || key == null || batch.isFull() || IdempotencyRow.expiresAt(row) > nowMillis) {
                return;
            }
            batch.remove(Idempotency.REMEMBERED, key, row.length);
        }
    }

    /** Returns the set of a workspace's answers, by which its deletion finds them. */
    static SetKey ofWorkspace(Id workspace) {
        return SetKey.of(SetKinds.REMEMBERED, workspace);
    }

    /** Tells the sets of an answer. */
    static void tell(byte[] key, Long number, RowSets sets) {
        if (number != IdempotencyRow.NO_NUMBER) {
            sets.place(number);
            sets.member(ALL, number);
            sets.member(ofWorkspace(Id.read(IdKind.WORKSPACE, key, 0)), number);
        }
    }
}
