package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.SetKinds;
import dev.plinth.engine.internal.timer.DueIndex;
import dev.plinth.engine.internal.timer.Retention;
import dev.plinth.engine.internal.timer.SweepBatch;

/** Deletes expired deliveries, with their attempts. */
final class DeliveryRetention implements Retention {
    private static final int ATTEMPT_BYTES = 1024;

    @Override
    public String name() {
        return "deliveries";
    }

    @Override
    public long nextExpiry(Rows rows) {
        long first = DueIndex.nextTime(rows, WebhookTables.SETTLED_DUE_KIND, Rows.NONE);
        return first == Rows.NONE ? NEVER : first + DeliveryRow.keptMillis(rows);
    }

    @Override
    public void collect(Context context, long nowMillis, SweepBatch batch) {
        Rows rows = context.rows();
        long until = nowMillis - DeliveryRow.keptMillis(rows);
        DueIndex.forEach(rows, WebhookTables.SETTLED_DUE_KIND, until, number -> {
            byte[] row = rows.at(number);
            if (row != null) {
                remove(DeliveryRow.read(row), row.length, batch);
            }
            return !batch.isFull();
        });
    }

    /** Adds the removal of an endpoint's deliveries to a batch. Returns false if it is full before the end. */
    static boolean removeAll(Rows rows, Id endpoint, SweepBatch batch) {
        SetKey deliveries = SetKey.of(SetKinds.DELIVERIES, endpoint);
        for (long at = rows.ceiling(deliveries, 0); at != Rows.NONE; at = rows.ceiling(deliveries, at + 1)) {
            byte[] delivery = rows.at(at);
            if (delivery == null || batch.isFull()) {
                return false;
            }
            remove(DeliveryRow.read(delivery), delivery.length, batch);
        }
        return !batch.isFull();
    }

    /** Adds the removal of a delivery to a batch, with its few attempts. */
    static void remove(DeliveryRow row, int rowBytes, SweepBatch batch) {
        for (int number = row.oldestAttempt(); number <= row.attempts(); number++) {
            batch.remove(WebhookTables.ATTEMPTS, AttemptRow.key(row.facts().id(), number), ATTEMPT_BYTES);
        }
        batch.remove(WebhookTables.DELIVERIES, row.key(), rowBytes);
    }
}
