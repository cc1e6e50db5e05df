package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.decision.Backlog;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.base.rows.StoredRow;
import dev.plinth.engine.internal.timer.BacklogRunner;
import dev.plinth.engine.internal.timer.SweepBatch;
import dev.plinth.engine.internal.timer.SweepWork;

/**
 * Deleted endpoints whose open deliveries the sweep drops. A delivery without its endpoint is shown as dropped and is
 * not sent, whether the sweep has written that yet or not.
 */
final class EndpointDeletions {
    static final Backlog BACKLOG = new Backlog(25, "deleted endpoints", SetKinds.ENDPOINTS_DELETED, 72);

    private EndpointDeletions() {}

    /** Adds the open deliveries of an endpoint to the work of the sweep, which drops them. */
    static void begin(Context context, EndpointRow row, Changes changes) {
        if (Releases.hasOpen(context.rows(), row.id())) {
            changes.put(
                    BACKLOG.table(),
                    row.key(),
                    Backlog.row(context.nextNumber())
                            .id(row.workspace())
                            .id(row.id())
                            .number(context.now())
                            .row());
        }
    }

    /**
     * Returns an open delivery without an endpoint as it is shown and stored: dropped when the endpoint was deleted.
     */
    static DeliveryRow dropped(Context context, DeliveryRow row) {
        RowReader in = BACKLOG.find(
                context.rows(), row.facts().workspace(), row.facts().endpoint());
        return row.givenUp(
                in == null ? context.now() : in.skip(Long.BYTES + 2 * Id.BYTES).number());
    }

    static SweepWork sweepWork() {
        return new BacklogRunner("dropped deliveries", BACKLOG, (context, row, batch) -> {
            Id workspace = row.skip(Long.BYTES).id(IdKind.WORKSPACE);
            carryOn(context, workspace, row.id(IdKind.ENDPOINT), batch);
        });
    }

    private static void carryOn(Context context, Id workspace, Id endpoint, SweepBatch batch) {
        Rows rows = context.rows();
        for (StoredDeliveryStatus status : StoredDeliveryStatus.OPEN) {
            SetKey set = WebhookTables.byStatus(endpoint, status);
            for (StoredRow<DeliveryRow> each : rows.in(WebhookTables.DELIVERIES, set)) {
                if (batch.isFull()) {
                    return;
                }
                DeliveryRow dropped = dropped(context, each.row());
                batch.end(WebhookTables.DELIVERIES, dropped.key(), dropped.row());
            }
        }
        batch.remove(BACKLOG.table(), workspace.keyOf(endpoint), 0);
    }
}
