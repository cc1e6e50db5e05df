package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Backlog;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowTranslation;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.timer.SweepBatch;
import org.jspecify.annotations.Nullable;

/**
 * A release of deliveries, with its effect on one delivery and its progress.
 *
 * @param number deliveries that existed before it have a smaller number
 * @param endpoint the endpoint whose deliveries are released; null for all endpoints of the workspace
 * @param at when they are due, in epoch milliseconds
 * @param retries true to try at once also deliveries that wait for a retry
 * @param endpointReached the number of the present endpoint
 * @param reached the number of the last handled delivery of that endpoint
 */
record Release(
        long number,
        Id workspace,
        @Nullable Id endpoint,
        long at,
        boolean retries,
        long endpointReached,
        long reached) {
    /** Returns a release that is at its beginning. */
    static Release of(long number, Id workspace, @Nullable Id endpoint, long at, boolean retries) {
        return new Release(number, workspace, endpoint, at, retries, 0, Rows.NONE);
    }

    static Release read(RowReader in) {
        return new Release(
                in.number(),
                in.id(IdKind.WORKSPACE),
                in.optionalId(IdKind.ENDPOINT),
                in.number(),
                in.small() == 1,
                in.number(),
                in.number());
    }

    byte[] row() {
        return Backlog.row(number)
                .id(workspace)
                .optionalId(endpoint)
                .number(at)
                .small(retries ? 1 : 0)
                .number(endpointReached)
                .number(reached)
                .row();
    }

    /** Returns the release in another store. */
    Release transferred(RowTranslation other) {
        return new Release(
                other.number(number),
                workspace,
                endpoint,
                at,
                retries,
                endpointReached == 0 ? 0 : other.atLeast(endpointReached),
                other.atMost(reached));
    }

    byte[] key() {
        return workspace.keyOf(endpoint == null ? workspace : endpoint);
    }

    /** Returns a delivery as the release will leave it, which is how callers see it. */
    DeliveryRow shown(Rows rows, EndpointRow of, DeliveryRow row) {
        long delivery = row.facts().number();
        boolean isAhead = of.number() > endpointReached || of.number() == endpointReached && delivery > reached;
        return isAhead && delivery < number && !row.status().isSettled() ? released(rows, of, row) : row;
    }

    /**
     * Puts the next deliveries of one endpoint into a batch. Returns the rest of the release, or null if nothing is
     * left.
     */
    @Nullable
    Release carryOn(Rows rows, SweepBatch batch) {
        if (endpoint != null) {
            EndpointRow of = rows.find(WebhookTables.ENDPOINTS, key());
            return of == null ? null : reach(rows, of, batch);
        }
        long next = rows.ceiling(SetKey.of(SetKinds.ENDPOINTS, workspace), endpointReached);
        EndpointRow of = rows.at(WebhookTables.ENDPOINTS, next);
        if (of == null) {
            return null;
        }
        Release here = next == endpointReached ? this : reached(next, Rows.NONE);
        Release left = here.reach(rows, of, batch);
        return left == null ? reached(next + 1, Rows.NONE) : left;
    }

    private @Nullable Release reach(Rows rows, EndpointRow of, SweepBatch batch) {
        long next = of.enabled() ? Releases.nextOpen(rows, of.id(), reached + 1) : Rows.NONE;
        for (int seen = 0; next != Rows.NONE && next < number; seen++) {
            DeliveryRow row = rows.at(WebhookTables.DELIVERIES, next);
            if (row == null || seen == Limits.SWEEP_ROWS_MAX || batch.isFull()) {
                return reached(of.number(), next - 1);
            }
            DeliveryRow released = released(rows, of, row);
            if (!released.equals(row)) {
                batch.end(WebhookTables.DELIVERIES, released.key(), released.row());
            }
            next = Releases.nextOpen(rows, of.id(), next + 1);
        }
        return null;
    }

    /**
     * Makes a delivery due, unless it has to wait in its lane. It goes into the queue at once, because many are
     * released together.
     */
    private DeliveryRow released(Rows rows, EndpointRow of, DeliveryRow row) {
        boolean waits = WebhookTables.waits(rows, of, row);
        boolean isMeant = row.status() == StoredDeliveryStatus.HELD
                || row.status() == StoredDeliveryStatus.RETRYING && retries
                || row.dueAt() == 0 && !waits;
        if (!isMeant) {
            return row;
        }
        StoredDeliveryStatus next =
                row.attempts().scheduled() == 0 ? StoredDeliveryStatus.PENDING : StoredDeliveryStatus.RETRYING;
        return waits ? row.due(next, 0) : row.due(next, at).queued(of.number());
    }

    private Release reached(long ofEndpoint, long delivery) {
        return new Release(number, workspace, endpoint, at, retries, ofEndpoint, delivery);
    }
}
