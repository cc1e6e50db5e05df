package dev.plinth.engine.internal.access;

import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.timer.DueIndex;
import dev.plinth.engine.internal.timer.Portion;
import dev.plinth.engine.internal.timer.Retention;

/** Takes out keys that were revoked long ago, with their last uses: their secrets went when they were revoked. */
final class KeyRetention implements Retention {
    @Override
    public String name() {
        return "revoked keys";
    }

    @Override
    public long nextExpiry(Rows rows) {
        long first = DueIndex.nextTime(rows, AccessTables.REVOKED_LANE, Rows.NONE);
        return first == Rows.NONE ? NEVER : first + KeyRow.KEPT_MILLIS;
    }

    @Override
    public void collect(Context context, long nowMillis, Portion portion) {
        Rows rows = context.rows();
        DueIndex.forEach(rows, AccessTables.REVOKED_LANE, nowMillis - KeyRow.KEPT_MILLIS, number -> {
            byte[] row = rows.at(number);
            byte[] key = rows.keyAt(number);
            if (row != null && key != null) {
                if (rows.get(AccessTables.USES, key) != null) {
                    portion.remove(AccessTables.USES, key, 0);
                }
                portion.remove(AccessTables.KEYS, key, row.length);
            }
            return !portion.isFull();
        });
    }
}
