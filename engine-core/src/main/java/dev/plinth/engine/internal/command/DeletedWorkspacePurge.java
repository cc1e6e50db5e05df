package dev.plinth.engine.internal.command;

import dev.plinth.engine.internal.access.Keys;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.decision.ImportedWorkspaces;
import dev.plinth.engine.internal.base.decision.ImportedWorkspaces.ImportedWorkspace;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.idempotency.Idempotency;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.quota.QuotaCheckpointWriter;
import dev.plinth.engine.internal.resource.Resources;
import dev.plinth.engine.internal.timer.SweepBatch;
import dev.plinth.engine.internal.timer.SweepWork;
import dev.plinth.engine.internal.timer.WorkspacePurge;
import dev.plinth.engine.internal.webhook.Endpoints;
import java.util.List;

/**
 * Purges deleted workspaces, one after the other, and imports that were given up. Jobs go first, because a running one may still write. Once no job is
 * left, nothing writes for the workspace any more.
 */
public final class DeletedWorkspacePurge implements SweepWork {
    private static final List<WorkspacePurge> PURGES = List.of(
            Jobs.purge(),
            Endpoints.purge(),
            Resources.purge(Jobs::cancelOn),
            Events.purge(),
            DeletedWorkspacePurge::purgeImport,
            Keys.purge(),
            Idempotency.purge(),
            QuotaCheckpointWriter.purge());

    /** Makes the work of the sweep. */
    public DeletedWorkspacePurge() {}

    @Override
    public String name() {
        return "deleted workspaces";
    }

    @Override
    public long nextDueMillis(Rows rows) {
        if (DeletedWorkspaces.firstWithRows(rows) != null) {
            return 0;
        }
        DeletedWorkspaces.DeletedWorkspace first = DeletedWorkspaces.first(rows);
        long next = first == null ? NEVER : first.expiresAt();
        for (ImportedWorkspace each : ImportedWorkspaces.unfinished(rows)) {
            next = Math.min(next, each.idleAt());
        }
        return next;
    }

    @Override
    public void collect(Context context, long nowMillis, SweepBatch batch) {
        Rows rows = context.rows();
        endIdleImports(context, nowMillis, batch);
        DeletedWorkspaces.DeletedWorkspace deletedWorkspace = DeletedWorkspaces.firstWithRows(rows);
        if (deletedWorkspace == null) {
            forget(rows, nowMillis, batch);
            return;
        }
        for (WorkspacePurge purge : PURGES) {
            purge.collect(context, deletedWorkspace.workspace(), batch);
            if (batch.isFull()) {
                return;
            }
        }
        batch.put(
                DeletedWorkspaces.TABLE,
                deletedWorkspace.workspace().key(),
                deletedWorkspace.empty(nowMillis).row());
    }

    /** Ends imports whose caller has not made a step for long. What they have put is purged then. */
    private static void endIdleImports(Context context, long nowMillis, SweepBatch batch) {
        for (ImportedWorkspace each : ImportedWorkspaces.unfinished(context.rows())) {
            if (each.idleAt() <= nowMillis) {
                Changes changes = new Changes();
                ImportedWorkspaces.abandon(context, each, changes);
                batch.end(changes);
            }
        }
    }

    /** Removes the range of numbers once no event is in it, because listeners skip such events. */
    private static void purgeImport(Context context, Id workspace, SweepBatch batch) {
        if (!batch.isFull()) {
            batch.removeIfPresent(context.rows(), ImportedWorkspaces.TABLE, workspace.key());
        }
    }

    private static void forget(Rows rows, long nowMillis, SweepBatch batch) {
        DeletedWorkspaces.DeletedWorkspace first = DeletedWorkspaces.first(rows);
        if (first != null && first.expiresAt() <= nowMillis) {
            batch.remove(DeletedWorkspaces.TABLE, first.workspace().key(), 0);
        }
    }
}
