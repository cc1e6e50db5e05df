package dev.plinth.engine.internal.job;

import dev.plinth.engine.api.JobStatus;
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
import dev.plinth.engine.internal.base.rows.TransferredTable;
import dev.plinth.engine.internal.timer.BacklogRunner;
import dev.plinth.engine.internal.timer.SweepBatch;
import dev.plinth.engine.internal.timer.SweepWork;

/**
 * The end of all jobs of a workspace on a resource, because its right to work on the resource has ended. A few jobs end
 * in the record that ends the right. For more jobs that record puts a row here: from then on none of them begins, and
 * the sweep cancels them. Jobs that are accepted under a later right are not canceled.
 */
final class Cancellations {
    static final Backlog BACKLOG = new Backlog(24, "canceled jobs", SetKinds.CANCELLATIONS, 72);

    private Cancellations() {}

    /** Adds the end of all jobs of a workspace on a resource, now or by the sweep. */
    static void begin(Context context, Id resource, Id workspace, Changes changes) {
        long open = context.rows().size(JobTables.openOn(resource, workspace));
        if (open == 0) {
            return;
        }
        if (open + changes.writes().size() > Limits.CANCELED_JOBS_PER_RECORD_MAX) {
            Cancellation all = new Cancellation(context.nextNumber(), workspace, resource, Rows.NONE);
            changes.put(BACKLOG.table(), all.key(), all.row());
            return;
        }
        Rows rows = context.rows();
        SetKey set = JobTables.openOn(resource, workspace);
        for (StoredRow<JobRow> each : rows.in(JobTables.JOBS, set)) {
            if (isOpen(each.row())) {
                changes.addAll(JobRules.step(context, canceled(context, each.row())));
            }
        }
    }

    static TransferredTable transferred() {
        return new TransferredTable(
                BACKLOG.table(),
                TransferredTable.Stage.IN_LAST_RECORD,
                row -> read(row).number(),
                (key, row, other) -> {
                    Cancellation one = read(row);
                    long reached = other.atMost(one.reached());
                    return new Cancellation(other.number(one.number()), one.workspace(), one.resource(), reached).row();
                },
                (key, row, ids) -> {
                    ids.workspace(read(row).workspace());
                    ids.key(read(row).key(), key);
                });
    }

    private static Cancellation read(byte[] row) {
        return Cancellation.read(Backlog.read(row));
    }

    /** Returns true if a job is to be canceled and does not begin any more. */
    static boolean covers(Rows rows, JobRow job) {
        Id resource = job.facts().resource();
        RowReader row = resource == null ? null : BACKLOG.find(rows, job.facts().workspace(), resource);
        return row != null && job.facts().number() < row.number();
    }

    /** Returns a job as callers see it, marked if it is to be canceled. */
    static JobRow shown(Rows rows, JobRow job) {
        return !job.status().isFinal() && covers(rows, job) ? job.cancelRequestedNow() : job;
    }

    /** Cancels a job that has not begun, and asks one that runs to end. */
    static JobRow canceled(Context context, JobRow row) {
        return row.status() == JobStatus.RUNNING
                ? row.cancelRequestedNow()
                : row.ended(JobStatus.CANCELED, context.now(), null, 0);
    }

    static SweepWork sweepWork() {
        return new BacklogRunner(
                "canceled jobs",
                BACKLOG,
                (context, row, batch) -> Cancellation.read(row).carryOn(context, batch));
    }

    /** Returns true unless a job runs and has been asked to end. */
    private static boolean isOpen(JobRow row) {
        return row.status() != JobStatus.RUNNING || !row.cancelRequested();
    }

    /**
     * A cancellation.
     *
     * @param number jobs that were accepted before it have a smaller number
     * @param reached the number of the last job that was examined
     */
    private record Cancellation(long number, Id workspace, Id resource, long reached) {
        static Cancellation read(RowReader in) {
            return new Cancellation(in.number(), in.id(IdKind.WORKSPACE), in.id(IdKind.RESOURCE), in.number());
        }

        byte[] row() {
            return Backlog.row(number)
                    .id(workspace)
                    .id(resource)
                    .number(reached)
                    .row();
        }

        byte[] key() {
            return workspace.keyOf(resource);
        }

        void carryOn(Context context, SweepBatch batch) {
            Rows rows = context.rows();
            SetKey set = JobTables.openOn(resource, workspace);
            long next = DeletedWorkspaces.has(rows, workspace) ? Rows.NONE : rows.ceiling(set, reached + 1);
            for (int i = 0; next != Rows.NONE && next < number; i++) {
                if (i == Limits.CANCELED_JOBS_PER_RECORD_MAX) {
                    byte[] row = new Cancellation(number, workspace, resource, next - 1).row();
                    batch.put(BACKLOG.table(), key(), row);
                    return;
                }
                JobRow row = rows.at(JobTables.JOBS, next);
                if (row != null && isOpen(row)) {
                    batch.end(JobRules.step(context, canceled(context, row)));
                }
                next = rows.ceiling(set, next + 1);
            }
            batch.remove(BACKLOG.table(), key(), 0);
        }
    }
}
