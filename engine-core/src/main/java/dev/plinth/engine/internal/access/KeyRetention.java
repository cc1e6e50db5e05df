package dev.plinth.engine.internal.access;

import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.timer.DueIndex;
import dev.plinth.engine.internal.timer.Retention;
import dev.plinth.engine.internal.timer.SweepBatch;

/**
 * Deletes keys some time after their revocation, with their last uses. The digests of their secrets went with the
 * revocation.
 */
final class KeyRetention implements Retention {
    @Override
    public String name() {
        return "revoked keys";
    }

    @Override
    public long nextExpiry(Rows rows) {
        long first = DueIndex.nextTime(rows, AccessTables.REVOKED_DUE_KIND, Rows.NONE);
        return first == Rows.NONE ? NEVER : first + KeyRow.keptMillis(rows);
    }

    @Override
    public void collect(Context context, long nowMillis, SweepBatch batch) {
        Rows rows = context.rows();
        DueIndex.forEach(rows, AccessTables.REVOKED_DUE_KIND, nowMillis - KeyRow.keptMillis(rows), number -> {
            byte[] row = rows.at(number);
            byte[] key = rows.keyAt(number);
            if (row != null && key != null) {
                if (rows.get(AccessTables.USES, key) != null) {
                    batch.remove(AccessTables.USES, key, 0);
                }
                batch.remove(AccessTables.KEYS, key, row.length);
            }
            return !batch.isFull();
        });
    }
}
