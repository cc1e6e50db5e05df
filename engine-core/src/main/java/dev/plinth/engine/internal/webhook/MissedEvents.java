package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Backlog;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.timer.BacklogRunner;
import dev.plinth.engine.internal.timer.SweepBatch;
import dev.plinth.engine.internal.timer.SweepWork;
import java.util.function.Function;

/**
 * Events that endpoints miss. A disabled endpoint holds {@link Limits#DELIVERIES_HELD_MAX} deliveries. At the next
 * event its row gets a mark instead of a delivery. Once the endpoint is enabled the sweep makes deliveries of the kept
 * events, in order. The mark stays until the sweep has reached the newest event. An event of that time is missed too,
 * so its delivery comes after the earlier ones.
 */
final class MissedEvents {
    static final Backlog BACKLOG = new Backlog(28, "missed events", SetKinds.ENDPOINTS_MISSING, 72);

    private MissedEvents() {}

    /** Adds the missed events of an endpoint, if any, to the work of the sweep. */
    static void begin(Context context, EndpointRow endpoint, Changes changes) {
        if (endpoint.missed() != null && BACKLOG.find(context.rows(), endpoint.workspace(), endpoint.id()) == null) {
            changes.put(
                    BACKLOG.table(),
                    endpoint.key(),
                    Backlog.row(context.nextNumber())
                            .id(endpoint.workspace())
                            .id(endpoint.id())
                            .row());
        }
    }

    /** Takes an endpoint out of the work of the sweep. The mark of the endpoint keeps the progress. */
    static void end(Rows rows, EndpointRow endpoint, Changes changes) {
        if (BACKLOG.find(rows, endpoint.workspace(), endpoint.id()) != null) {
            changes.remove(BACKLOG.table(), endpoint.key());
        }
    }

    /**
     * Returns the work of the sweep that makes the deliveries.
     *
     * @param events reads the row of an event
     */
    static SweepWork sweepWork(Function<byte[], Changes.WrittenEvent> events) {
        return new BacklogRunner("missed events", BACKLOG, (context, row, batch) -> {
            Id workspace = row.skip(Long.BYTES).id(IdKind.WORKSPACE);
            byte[] key = workspace.keyOf(row.id(IdKind.ENDPOINT));
            EndpointRow endpoint = context.rows().find(WebhookTables.ENDPOINTS, key);
            EndpointRow.Missed missed = endpoint == null ? null : endpoint.missed();
            if (endpoint == null || missed == null || !endpoint.enabled()) {
                batch.remove(BACKLOG.table(), key, 0);
                return;
            }
            batch.stayWithinShare(); // these deliveries are new ones
            long next = carryOn(context, endpoint, missed.from(), events, batch);
            EndpointRow.Missed rest = next == Rows.NONE ? null : new EndpointRow.Missed(next, missed.since());
            batch.put(WebhookTables.ENDPOINTS, key, endpoint.with(rest).row());
            if (rest == null) {
                batch.remove(BACKLOG.table(), key, 0);
            }
        });
    }

    /** Returns the number of the event with which the next step begins, or NONE if all deliveries are made. */
    private static long carryOn(
            Context context,
            EndpointRow endpoint,
            long from,
            Function<byte[], Changes.WrittenEvent> events,
            SweepBatch batch) {
        Rows rows = context.rows();
        SetKey all = SetKey.of(SetKinds.EVENTS, endpoint.workspace());
        FanOut fanOut = new FanOut();
        long next = rows.ceiling(all, from);
        for (int seen = 0; next != Rows.NONE; seen++) {
            byte[] row = rows.at(next);
            if (row == null || seen == Limits.SWEEP_ROWS_MAX || batch.isFull()) {
                return next;
            }
            Changes.WrittenEvent event = events.apply(row);
            if (endpoint.settings().wants(event.type())) {
                DeliveryRow delivery = fanOut.delivery(context, event, endpoint);
                batch.end(WebhookTables.DELIVERIES, delivery.key(), delivery.row());
            }
            next = rows.ceiling(all, next + 1);
        }
        return Rows.NONE;
    }
}
