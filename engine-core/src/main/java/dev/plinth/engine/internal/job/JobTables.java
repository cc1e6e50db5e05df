package dev.plinth.engine.internal.job;

import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.rows.RowIndex;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowSets;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.base.rows.StoredRow;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.base.rows.TableName.Owner;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import dev.plinth.engine.internal.timer.DueIndex;
import dev.plinth.engine.internal.timer.DueKinds;
import dev.plinth.engine.internal.timer.SweepBatch;
import dev.plinth.engine.settings.RetentionTimes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tables of the room and the sets that follow from them. */
final class JobTables {
    static final SetKey RUNNING = SetKey.of(SetKinds.JOBS_RUNNING, 0);

    static final TableName<JobRow> JOBS = TableName.of(
                    8, "jobs", 32, 260, 0.7, Owner.KEY, RowIndex.ofIds(JobRow::read, JobTables::tell))
            .keptFor(RetentionTimes::jobs);
    /** The job of each unique key. */
    static final TableName<?> UNIQUE = TableName.of(10, "unique jobs", 32, 40, 0.1, Owner.KEY);

    private static final Id ENGINE = new Id(IdKind.WORKSPACE, 0, 0);
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;
    private static final int UNUSED_BITS = 3;

    private JobTables() {}

    static List<TransferredTable> transferred() {
        return List.of(
                new TransferredTable(
                        JOBS,
                        TransferredTable.Stage.IN_STEPS,
                        row -> JobRow.read(row).facts().number(),
                        (key, row, other) -> JobRow.read(row).transferred(other).row(),
                        (key, row, ids) -> {
                            JobRow job = JobRow.read(row);
                            ids.workspace(job.facts().workspace());
                            ids.key(job.key(), key);
                        },
                        IdKind.JOB),
                TransferredTable.plain(JobPieces.PIECES, (key, row, ids) -> ids.belongsTo(Id.read(IdKind.JOB, key, 0))),
                TransferredTable.plain(UNIQUE, (key, row, ids) -> ids.belongsTo(new RowReader(row, 1).id(IdKind.JOB))),
                LeasedTypes.transferred(),
                Cancellations.transferred());
    }

    /**
     * Returns the number by which a workspace takes its turn at the places of this JVM, in random order. Two workspaces
     * with the same number would take turns as one; that is too unlikely to matter.
     */
    static long turn(Id workspace) {
        long mixed = (workspace.high() * SPREAD ^ workspace.low()) * SPREAD;
        return (mixed ^ mixed >>> Integer.SIZE) >>> UNUSED_BITS;
    }

    /** The turns of the workspaces that have queued jobs of a type and priority. */
    static SetKey turns(String type, int priority) {
        return SetKey.of(SetKinds.TURNS_READY, ENGINE, priority + type);
    }

    /** The queued jobs of the workspace whose turn it is. */
    static SetKey readyOf(long turn, String type, int priority) {
        return SetKey.of(SetKinds.JOBS_READY_OF_TURN, new Id(IdKind.WORKSPACE, 0, turn), priority + type);
    }

    static SetKey readyIn(Id workspace, String type, int priority) {
        return SetKey.of(SetKinds.JOBS_READY_IN_WORKSPACE, workspace, priority + type);
    }

    static SetKey byStatus(Id workspace, JobStatus status) {
        return SetKey.of(SetKinds.JOBS_BY_STATUS, workspace, status.wireName());
    }

    static SetKey byType(Id workspace, String type) {
        return SetKey.of(SetKinds.JOBS_BY_TYPE, workspace, type);
    }

    /**
     * Returns the set of a workspace's jobs on a resource, its own or another's. A set of all jobs on the resource
     * would reveal, by the length of a page, how many other workspaces have.
     */
    static SetKey byResource(Id workspace, Id resource) {
        return SetKey.of(SetKinds.JOBS_BY_RESOURCE, workspace, resource);
    }

    /** The jobs of a workspace on a resource, its own or another's, that are not final. */
    static SetKey openOn(Id resource, Id workspace) {
        return SetKey.of(SetKinds.JOBS_OPEN_ON_RESOURCE, resource, workspace.text());
    }

    static SetKey ofAllByStatus(JobStatus status) {
        return SetKey.of(SetKinds.JOBS_OF_ALL_BY_STATUS, status.ordinal());
    }

    private static void tell(byte[] key, JobRow row, RowSets sets) {
        JobRow.Facts facts = row.facts();
        Id workspace = facts.workspace();
        long number = facts.number();
        sets.place(number);
        sets.member(SetKey.of(SetKinds.JOBS, workspace), number);
        sets.member(byType(workspace, facts.type()), number);
        sets.member(byStatus(workspace, row.status()), number);
        sets.member(ofAllByStatus(row.status()), number);
        Id resource = facts.resource();
        if (resource != null) {
            sets.member(byResource(workspace, resource), number);
            if (!row.status().isFinal()) {
                sets.member(openOn(resource, workspace), number);
            }
        }
        if (row.status() == JobStatus.QUEUED) {
            long turn = turn(workspace);
            sets.member(readyIn(workspace, facts.type(), facts.priority()), number);
            sets.member(
                    readyOf(turn, facts.type(), facts.priority()), number, turns(facts.type(), facts.priority()), turn);
        } else if (row.status() == JobStatus.RUNNING && row.lease() == null) {
            sets.member(RUNNING, number);
        }
        DueIndex.tell(sets, DueKinds.JOBS, number, row.nextDue());
        DueIndex.tell(sets, DueKinds.FINISHED_JOBS, number, row.finishedAt());
    }

    /**
     * Removes a job with its pieces, or as much of it as fits into the batch. A job with many pieces shrinks over several
     * steps, and its row goes last.
     */
    static void remove(Rows rows, StoredRow<JobRow> job, SweepBatch batch) {
        JobRow row = job.row();
        int outcomes = JobPieces.remove(
                batch,
                row.facts().id(),
                JobPieces.Kind.OUTCOME,
                Math.max(0, row.items().done()));
        int result = JobPieces.remove(batch, row.facts().id(), JobPieces.Kind.RESULT, row.resultPieces());
        int input = JobPieces.remove(
                batch, row.facts().id(), JobPieces.Kind.INPUT, row.facts().inputPieces());
        if (outcomes + result + input == 0) {
            batch.remove(job);
        } else {
            JobRow left = row.shrunk(
                    input, result, row.items().done() < 0 ? row.items().done() : outcomes);
            batch.put(JOBS, left.key(), left.row());
        }
    }

    /** The job that is not final and has a unique key; null if none has. */
    static @Nullable Id holder(Rows rows, byte[] unique) {
        byte[] row = rows.get(UNIQUE, unique);
        return row == null ? null : new RowReader(row, 1).id(IdKind.JOB);
    }
}
