package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.HiddenNumbers;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.timer.SweepBatch;
import dev.plinth.engine.internal.timer.SweepWork;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Drops deliveries that have been open until their event expires, such as those that a disabled endpoint holds. The
 * next deliveries of their lanes are due then.
 */
final class OpenDeliveryRetention implements SweepWork {
    @Override
    public String name() {
        return "open deliveries";
    }

    @Override
    public long nextDueMillis(Rows rows) {
        DeliveryRow row =
                rows.at(WebhookTables.DELIVERIES, HiddenNumbers.of(rows).ceiling(rows, WebhookTables.OPEN, 0));
        return row == null ? NEVER : row.openUntil(rows);
    }

    @Override
    public void collect(Context context, long nowMillis, SweepBatch batch) {
        Rows rows = context.rows();
        Map<SetKey, Long> lanes = new LinkedHashMap<>();
        HiddenNumbers hidden = HiddenNumbers.of(rows);
        long next = hidden.ceiling(rows, WebhookTables.OPEN, 0);
        while (next != Rows.NONE && batch.roomRows() > lanes.size()) {
            DeliveryRow row = rows.at(WebhookTables.DELIVERIES, next);
            if (row == null || row.openUntil(rows) > nowMillis) {
                break;
            }
            batch.end(
                    WebhookTables.DELIVERIES, row.key(), row.givenUp(nowMillis).row());
            SetKey lane = row.laneSet();
            if (lane != null) {
                lanes.put(lane, next);
            }
            next = hidden.ceiling(rows, WebhookTables.OPEN, next + 1);
        }
        // The oldest are dropped first, so the dropped ones of a lane are at its head. The next delivery of each lane
        // follows.
        lanes.forEach((lane, last) -> wake(rows, rows.ceiling(lane, last + 1), nowMillis, batch));
    }

    private static void wake(Rows rows, long number, long nowMillis, SweepBatch batch) {
        DeliveryRow behind = rows.at(WebhookTables.DELIVERIES, number);
        if (behind != null && behind.status() != StoredDeliveryStatus.HELD && behind.dueAt() == 0) {
            batch.put(
                    WebhookTables.DELIVERIES,
                    behind.key(),
                    behind.due(behind.status(), nowMillis).row());
        }
    }
}
