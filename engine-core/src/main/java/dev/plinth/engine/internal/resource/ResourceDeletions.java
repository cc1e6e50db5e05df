package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Backlog;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
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
 * Deletions that need more rows than one record may have. The first record deletes the resource's own row, so that
 * nothing of the resource is found any more, and puts a row here. The sweep deletes shares and children, and with the
 * last of them this row.
 */
final class ResourceDeletions {
    static final Backlog BACKLOG = new Backlog(23, "deleted resources", SetKinds.RESOURCES_DELETED, 64);

    private ResourceDeletions() {}

    /** Returns true if the deletion of a resource takes more rows than one record may have. */
    static boolean isLarge(Rows rows, ResourceRow row, EventRowCount eventRowCount) {
        long children = rows.size(children(row.id()));
        long shares = rows.size(shares(row.id()));
        int perChild = 1 + eventRowCount.of(rows, row.workspace(), Children.DELETED);
        return children * perChild + shares > Limits.DECISION_ROWS_MAX;
    }

    /** Adds the deletion of a resource's shares and children to the work of the sweep. */
    static void begin(Context context, ResourceRow row, Changes changes) {
        boolean isAwaited = context.rows().size(children(row.id())) <= Limits.DELETION_AWAITED_CHILDREN_MAX;
        changes.put(
                BACKLOG.table(),
                row.key(),
                Backlog.row(context.nextNumber())
                        .id(row.workspace())
                        .id(row.id())
                        .small(isAwaited ? 1 : 0)
                        .row());
    }

    /** Returns true if a caller waits for the end of the deletion of a resource. */
    static boolean isAwaited(Rows rows, Id workspace, Id resource) {
        RowReader row = BACKLOG.find(rows, workspace, resource);
        return row != null && row.skip(Long.BYTES + 2 * Id.BYTES).small() == 1;
    }

    static SweepWork sweepWork(ShareRevocation end, EventRowCount eventRowCount) {
        return new BacklogRunner("deleted resources", BACKLOG, (context, row, batch) -> {
            Id workspace = row.skip(Long.BYTES).id(IdKind.WORKSPACE);
            carryOn(context, workspace, row.id(IdKind.RESOURCE), end, eventRowCount, batch);
        });
    }

    /** Deletes shares first, so that the jobs of the grantees end soonest. A deleted workspace gets no events. */
    private static void carryOn(
            Context context,
            Id workspace,
            Id resource,
            ShareRevocation end,
            EventRowCount eventRowCount,
            SweepBatch batch) {
        Rows rows = context.rows();
        boolean isSilent = DeletedWorkspaces.has(rows, workspace);
        if (!Shares.collect(context, resource, end, batch)) {
            return;
        }
        int perChild = 1 + (isSilent ? 0 : eventRowCount.of(rows, workspace, Children.DELETED));
        int room = Math.max(1, batch.roomRows() / perChild);
        SetKey children = children(resource);
        for (StoredRow<ResourceRow> child : rows.in(ResourceTables.CHILDREN, children)) {
            if (room-- == 0) {
                return;
            }
            batch.remove(child);
            if (!isSilent) {
                batch.changes().event(Children.deleted(child.row()));
            }
        }
        batch.remove(BACKLOG.table(), workspace.keyOf(resource), 0);
        if (!isSilent) {
            batch.changes().event(Resources.deleted(workspace, resource));
        }
    }

    private static SetKey children(Id resource) {
        return SetKey.of(SetKinds.CHILDREN, resource);
    }

    private static SetKey shares(Id resource) {
        return SetKey.of(SetKinds.SHARES_OF_RESOURCE, resource);
    }
}
