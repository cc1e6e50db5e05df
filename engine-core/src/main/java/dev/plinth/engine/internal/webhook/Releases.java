package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.decision.Backlog;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.base.rows.StoredRow;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import dev.plinth.engine.internal.timer.BacklogRunner;
import dev.plinth.engine.internal.timer.SweepWork;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Releases of open deliveries. They begin when an endpoint is enabled again or ends its order, or when its workspace is
 * active again. The record that allows them to be sent puts a row here. The sweep makes them due in the order of their
 * numbers. Until then a delivery is shown as it will be.
 *
 * <p>Deliveries that are added meanwhile have higher numbers. Those of the same resource wait in its lane, as after any
 * open delivery.
 */
final class Releases {
    static final Backlog BACKLOG = new Backlog(26, "releases", SetKinds.RELEASES, 96);

    private Releases() {}

    static TransferredTable transferred() {
        return new TransferredTable(
                BACKLOG.table(),
                TransferredTable.Stage.IN_LAST_RECORD,
                row -> Release.read(Backlog.read(row)).number(),
                (key, row, other) ->
                        Release.read(Backlog.read(row)).transferred(other).row(),
                (key, row, ids) -> {
                    Release release = Release.read(Backlog.read(row));
                    ids.workspace(release.workspace());
                    ids.key(release.key(), key);
                });
    }

    /**
     * Adds the release of an endpoint's open deliveries, in the place of an earlier release.
     *
     * @param retries true to try at once also deliveries that wait for a retry
     */
    static void begin(Context context, EndpointRow endpoint, boolean retries, Changes changes) {
        Id workspace = endpoint.workspace();
        if (hasOpen(context.rows(), endpoint.id())) {
            Release before = find(context.rows(), workspace, endpoint.id());
            boolean all = retries || before != null && before.retries();
            put(Release.of(context.nextNumber(), workspace, endpoint.id(), context.now(), all), changes);
        }
    }

    /**
     * Adds the release of the open deliveries of all endpoints of a workspace, also of those that wait for a retry.
     */
    static void beginAll(Context context, Id workspace, Changes changes) {
        Rows rows = context.rows();
        SetKey endpoints = SetKey.of(SetKinds.ENDPOINTS, workspace);
        for (StoredRow<EndpointRow> each : rows.in(WebhookTables.ENDPOINTS, endpoints)) {
            if (hasOpen(rows, each.row().id())) {
                put(Release.of(context.nextNumber(), workspace, null, context.now(), true), changes);
                return;
            }
        }
    }

    /** Adds the end of the release of an endpoint's open deliveries. */
    static void end(Rows rows, EndpointRow endpoint, Changes changes) {
        if (BACKLOG.find(rows, endpoint.workspace(), endpoint.id()) != null) {
            changes.remove(BACKLOG.table(), endpoint.key());
        }
    }

    /** Returns true if a release of an endpoint's deliveries has not ended, so some are shown as they will be. */
    static boolean isUnderWay(Rows rows, EndpointRow endpoint) {
        Id workspace = endpoint.workspace();
        return find(rows, workspace, endpoint.id()) != null || find(rows, workspace, workspace) != null;
    }

    /** Returns true if an endpoint has deliveries that are not settled. */
    static boolean hasOpen(Rows rows, Id endpoint) {
        return nextOpen(rows, endpoint, 0) != Rows.NONE;
    }

    /** Returns a delivery as the present release will leave it, which is how callers see it. */
    static DeliveryRow shown(Rows rows, EndpointRow endpoint, DeliveryRow row) {
        Id workspace = endpoint.workspace();
        Release ofEndpoint = find(rows, workspace, endpoint.id());
        Release ofAll = find(rows, workspace, workspace);
        DeliveryRow shown = ofEndpoint == null ? row : ofEndpoint.shown(rows, endpoint, row);
        return ofAll == null ? shown : ofAll.shown(rows, endpoint, shown);
    }

    /**
     * Returns the work of the sweep that makes released deliveries due.
     *
     * @param mayRun tells whether the deliveries of a workspace may be sent; the record that allows it again begins
     *     another release
     */
    static SweepWork sweepWork(BiPredicate<Rows, Id> mayRun) {
        return new BacklogRunner("released deliveries", BACKLOG, (context, row, batch) -> {
            Rows rows = context.rows();
            Release release = Release.read(row);
            Release rest = mayRun.test(rows, release.workspace()) ? release.carryOn(rows, batch) : null;
            if (rest == null) {
                batch.remove(BACKLOG.table(), release.key(), 0);
            } else {
                batch.put(BACKLOG.table(), rest.key(), rest.row());
            }
        });
    }

    private static @Nullable Release find(Rows rows, Id workspace, Id about) {
        RowReader row = BACKLOG.find(rows, workspace, about);
        return row == null ? null : Release.read(row);
    }

    private static void put(Release release, Changes changes) {
        changes.put(BACKLOG.table(), release.key(), release.row());
    }

    /** Returns the number of the first open delivery of an endpoint from a number on. */
    static long nextOpen(Rows rows, Id endpoint, long from) {
        return rows.ceiling(WebhookTables.open(endpoint), from);
    }
}
