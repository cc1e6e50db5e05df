package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.base.rows.StoredRow;
import dev.plinth.engine.internal.timer.DueKinds;
import dev.plinth.engine.internal.timer.DueRetention;
import dev.plinth.engine.internal.timer.SweepBatch;
import dev.plinth.engine.internal.timer.SweepWork;

/** Removes deliveries with their attempts. */
final class DeliveryRetention {
    private static final int ATTEMPT_BYTES = 1024;

    private DeliveryRetention() {}

    static SweepWork retention() {
        return new DueRetention<>(
                "deliveries",
                WebhookTables.DELIVERIES,
                DueKinds.SETTLED_DELIVERIES,
                DeliveryRow::keptMillis,
                DeliveryRetention::remove);
    }

    /** Adds the removal of an endpoint's deliveries to a batch. Returns false if it is full before the end. */
    static boolean removeAll(Rows rows, Id endpoint, SweepBatch batch) {
        SetKey deliveries = SetKey.of(SetKinds.DELIVERIES, endpoint);
        for (StoredRow<DeliveryRow> each : rows.in(WebhookTables.DELIVERIES, deliveries)) {
            if (batch.isFull()) {
                return false;
            }
            remove(rows, each, batch);
        }
        return !batch.isFull();
    }

    /** Adds the removal of a delivery to a batch, with its few attempts. */
    private static void remove(Rows rows, StoredRow<DeliveryRow> delivery, SweepBatch batch) {
        DeliveryRow row = delivery.row();
        for (int number = row.oldestAttempt(); number <= row.attempts().made(); number++) {
            batch.remove(WebhookTables.ATTEMPTS, AttemptRow.key(row.facts().id(), number), ATTEMPT_BYTES);
        }
        batch.remove(delivery);
    }
}
