package dev.plinth.engine.internal.event;

import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.timer.Retention;
import dev.plinth.engine.internal.timer.SweepBatch;

/** Deletes old events, found by their numbers, which are in the order of their times. */
final class EventRetention implements Retention {
    @Override
    public String name() {
        return "events";
    }

    @Override
    public long nextExpiry(Rows rows) {
        long first = rows.ceiling(EventTables.ALL, 0);
        byte[] row = first == Rows.NONE ? null : rows.at(first);
        return row == null ? NEVER : EventRow.expiresAt(rows, EventRow.read(row).createdAt());
    }

    @Override
    public void collect(Context context, long nowMillis, SweepBatch batch) {
        Rows rows = context.rows();
        long next = rows.ceiling(EventTables.ALL, 0);
        while (next != Rows.NONE && !batch.isFull()) {
            byte[] row = rows.at(next);
            byte[] key = rows.keyAt(next);
            if (row == null
                    || key == null
                    || EventRow.expiresAt(rows, EventRow.read(row).createdAt()) > nowMillis) {
                return;
            }
            batch.remove(EventTables.EVENTS, key, row.length);
            next = rows.ceiling(EventTables.ALL, next + 1);
        }
    }
}
