package dev.plinth.engine.internal.job;

import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.ReserveAccess;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.base.rows.StoredRow;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.list.Lists;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.timer.DueKinds;
import dev.plinth.engine.internal.timer.DueRetention;
import dev.plinth.engine.internal.timer.SweepBatch;
import dev.plinth.engine.internal.timer.SweepWork;
import dev.plinth.engine.internal.timer.WorkspacePurge;
import dev.plinth.engine.settings.Plan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The door of the room: the commands on jobs. */
public final class Jobs {
    /** The grammar of a type of job, and of the name under which a host registers code. */
    public static final Pattern TYPE_NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}");

    /** The states of a job. */
    public static final List<String> STATUSES = Schema.words(JobStatus.values());

    private static final Entity PROGRESS = Entity.named("Progress")
            .with("done", Schema.WHOLE)
            .with("total", Schema.WHOLE)
            .with("message", Schema.TEXT);
    private static final Entity PROBLEM = Entity.named("JobProblem")
            .with("type", Schema.TEXT)
            .with("title", Schema.TEXT)
            .with("status", Schema.WHOLE)
            .with("detail", Schema.TEXT)
            .with("code", Schema.TEXT)
            .with("retryable", Schema.TRUTH);

    /** The members of a job. */
    public static final Entity ENTITY = Entity.named("Job")
            .with("id", Schema.id(IdKind.JOB))
            .with("type", Schema.TEXT)
            .with("status", Schema.oneOf(STATUSES))
            .maybe("progress", Schema.of(PROGRESS))
            .maybe("result", Schema.ANY)
            .maybe("error", Schema.of(PROBLEM))
            .with("attempt", Schema.WHOLE)
            .with("maxAttempts", Schema.WHOLE)
            .maybe("resourceId", Schema.id(IdKind.RESOURCE))
            .maybe("runAt", Schema.TIME)
            .maybe("nextAttemptAt", Schema.TIME)
            .maybe("cancelRequested", Schema.TRUTH)
            .with("createdAt", Schema.TIME)
            .maybe("startedAt", Schema.TIME)
            .maybe("finishedAt", Schema.TIME)
            .maybe("handled", Schema.TRUTH);

    /** The members of an accepted job. */
    public static final Entity ACCEPTED = Entity.named("AcceptedJob")
            .with("job_id", Schema.id(IdKind.JOB))
            .with("status", Schema.oneOf(List.of("scheduled", "queued", "running")))
            .maybe("resourceId", Schema.id(IdKind.RESOURCE))
            .maybe("deduplicated", Schema.TRUTH);

    private Jobs() {}

    /** The tables of the room. */
    public static List<TableName<?>> tables() {
        return List.of(
                JobTables.JOBS, JobPieces.PIECES, JobTables.UNIQUE, LeasedTypes.TABLE, Cancellations.BACKLOG.table());
    }

    /** Returns the tables whose rows move with a workspace: jobs before what belongs to them. */
    public static List<TransferredTable> transferred() {
        return JobTables.transferred();
    }

    /** How long finished jobs are kept, and how long it is remembered that a worker has leased a type. */
    public static List<SweepWork> retentions() {
        return List.of(
                new DueRetention<>(
                        "jobs", JobTables.JOBS, DueKinds.FINISHED_JOBS, JobRow::keptMillis, JobTables::remove),
                LeasedTypes.retention());
    }

    /** Returns the work of the sweep that cancels jobs after the end of a right, as far as its record had no room. */
    public static SweepWork cancellations() {
        return Cancellations.sweepWork();
    }

    /** Jobs of a workspace with their pieces and unique keys, and the types that its workers have leased. */
    public static WorkspacePurge purge() {
        return Jobs::collect;
    }

    private static void collect(Context context, Id workspace, SweepBatch batch) {
        Rows rows = context.rows();
        SetKey all = SetKey.of(SetKinds.JOBS, workspace);
        for (StoredRow<JobRow> each : rows.in(JobTables.JOBS, all)) {
            if (batch.isFull()) {
                return;
            }
            byte[] unique = each.row().uniqueKey();
            if (unique != null) {
                batch.removeIfPresent(rows, JobTables.UNIQUE, unique);
            }
            JobTables.remove(rows, each, batch);
        }
        boolean unused = batch.removeAll(rows, LeasedTypes.of(workspace), LeasedTypes.TABLE);
    }

    /** Asks the running jobs of a workspace that is deleted to end; the rest learns it when its row goes. */
    public static void cancelRunning(Rows rows, Id workspace, Changes changes) {
        SetKey running = JobTables.byStatus(workspace, JobStatus.RUNNING);
        long next = rows.ceiling(running, 0);
        for (int i = 0; i < Limits.SWEEP_ROWS_MAX && next != Rows.NONE; i++) {
            JobRow job = rows.at(JobTables.JOBS, next);
            if (job != null) {
                JobRow row = job.cancelRequestedNow();
                changes.put(JobTables.JOBS, row.key(), row.row());
            }
            next = rows.ceiling(running, next + 1);
        }
    }

    public static Decision accept(Context context, JobDraft input) {
        String unique = input.uniqueKey();
        if (unique != null) {
            Id holder = JobTables.holder(context.rows(), JobRow.uniqueKey(context.workspace(), input.type(), unique));
            if (holder != null) {
                return Decision.nothing(deduplicated(context, holder));
            }
        }
        checkRoom(context);
        Id id = context.newId(IdKind.JOB);
        Changes changes = new Changes();
        JobPieces.put(changes, context.workspace(), id, JobPieces.Kind.INPUT, input.input());
        JobRow row = row(context, id, input, JobPieces.count(input.input()));
        changes.put(JobTables.JOBS, row.key(), row.row()).started(id);
        byte[] key = row.uniqueKey();
        if (key != null) {
            changes.put(JobTables.UNIQUE, key, new RowWriter(1).id(id).row());
        }
        return Decision.of(changes, accepted(row, false));
    }

    /** Shows a job, at once or once it has ended, as the caller prefers. */
    public static Command.Query get(Id id, int waitSeconds, HandledTypes handled) {
        return new Command.LongPollQuery() {
            @Override
            public Outcome answer(Context context) {
                JobRow row = Cancellations.shown(context.rows(), find(context, id));
                return Outcome.Done.ok(handled.shown(context, row, JobRules.result(context.rows(), row)));
            }

            /** The job's row tells which pieces it has, and those of a job that has ended do not change. */
            @Override
            public boolean isRowByRow() {
                return true;
            }

            @Override
            public Command.@Nullable Wait wait(Context context) {
                return waitSeconds == 0 || find(context, id).status().isFinal()
                        ? null
                        : new Command.Wait(id, waitSeconds);
            }
        };
    }

    /** Lists jobs; the narrowest filter picks the set that is paged. */
    public static Command.Query list(
            PageRequest request,
            @Nullable String status,
            @Nullable String type,
            @Nullable Id resource,
            HandledTypes handled) {
        return context -> {
            Id workspace = context.workspace();
            JobStatus wanted = status == null ? null : JobStatus.valueOf(status.toUpperCase(Locale.ROOT));
            SetKey set = SetKey.of(SetKinds.JOBS, workspace);
            if (resource != null) {
                set = JobTables.byResource(workspace, resource);
            } else if (type != null) {
                set = JobTables.byType(workspace, type);
            } else if (wanted != null) {
                set = JobTables.byStatus(workspace, wanted);
            }
            return Outcome.Done.ok(Lists.page(context.rows(), JobTables.JOBS, set, request, job -> {
                JobRow row = Cancellations.shown(context.rows(), job);
                boolean fits = !row.isExpired(context)
                        && (wanted == null || wanted == row.status())
                        && (type == null || type.equals(row.facts().type()));
                return fits ? handled.shown(context, row, null) : null;
            }));
        };
    }

    /** Cancels a job that has not started, or asks a running one to end. */
    public static Command.Change cancel(Id id, HandledTypes handled) {
        return context -> {
            JobRow row = handled.newest().of(find(context, id));
            if (row.status().isFinal()) {
                throw RefusedException.of(
                        ProblemCode.JOB_FINISHED,
                        "The job has ended with the status " + row.status().wireName()
                                + ". Read its outcome with GET /v1/jobs/{job_id}.");
            }
            JobRow next = Cancellations.canceled(context, row);
            if (row.status() != JobStatus.RUNNING) {
                return Decision.of(
                        JobRules.step(context, next).within(ReserveAccess.RECORDED),
                        Outcome.Done.ok(next.json(JobRules.shortResult(context.rows(), next))));
            }
            Outcome.Done done = new Outcome.Done(202, next.json(null), null, null, 0, false);
            return row.cancelRequested()
                    ? Decision.nothing(done)
                    : Decision.of(JobRules.step(context, next).within(ReserveAccess.RECORDED), done);
        };
    }

    /**
     * Ends the jobs that a workspace has on a resource: asks those that run to end, and cancels those that wait. From this record on none of
     * them begins. Up to {@link Limits#CANCELED_JOBS_PER_RECORD_MAX} are canceled in it; more are a state, which {@link #cancellations}
     * carries on.
     */
    public static void cancelOn(Context context, Id resource, Id workspace, Changes changes) {
        Cancellations.begin(context, resource, workspace, changes);
    }

    /** Queues a failed or canceled job again, with its attempts counted anew; or a scheduled one before its time. */
    public static Decision retry(Context context, Id id, HandledTypes handled) {
        JobRow row = find(context, id);
        if (row.status() == JobStatus.SCHEDULED) {
            JobRow next = row.queuedAt(context.now());
            return Decision.of(JobRules.step(context, next), Outcome.Done.ok(handled.shown(context, next, null)));
        }
        if (row.status() != JobStatus.FAILED && row.status() != JobStatus.CANCELED) {
            throw RefusedException.of(
                    ProblemCode.INVALID_TRANSITION,
                    "A job can be retried while it is failed, canceled or scheduled, and this one is "
                            + row.status().wireName() + ". Start a new job, or wait for the end of this one.");
        }
        checkRoom(context);
        JobRow next = row.retriedAt(context.now());
        Changes changes = JobRules.step(context, next);
        byte[] unique = next.uniqueKey();
        if (unique != null) {
            Id holder = JobTables.holder(context.rows(), unique);
            if (holder != null) {
                throw RefusedException.of(
                        ProblemCode.ALREADY_EXISTS,
                        "Job " + holder.text()
                                + " has the same type and uniqueKey and has not ended. Wait for its end, or cancel it.");
            }
            changes.put(JobTables.UNIQUE, unique, new RowWriter(1).id(id).row());
        }
        return Decision.of(changes, Outcome.Done.ok(handled.shown(context, next, null)));
    }

    /** The resource that a job is about; null if about none. */
    public static @Nullable Id resource(Context context, Id id) {
        return find(context, id).facts().resource();
    }

    /** Counts the jobs in each status, of all workspaces. */
    public static Map<String, ToLongFunction<Rows>> countsByStatus() {
        Map<String, ToLongFunction<Rows>> counts = new LinkedHashMap<>();
        for (JobStatus status : JobRow.STATUSES) {
            counts.put(status.wireName(), rows -> rows.size(JobTables.ofAllByStatus(status)));
        }
        return counts;
    }

    /**
     * Returns the topic whose waiters a write may concern. It is the job's id if the job is final or removed. It is the
     * workspace's id if the job is queued, or no longer waits for jobs that are to be canceled. Otherwise it is null.
     */
    public static @Nullable Id topic(Changes.Write write) {
        if (Cancellations.BACKLOG.isEndedBy(write)) {
            return Id.read(IdKind.WORKSPACE, write.key(), 0);
        }
        JobRow row = write.rowIn(JobTables.JOBS);
        if (row == null) {
            return write.isIn(JobTables.JOBS) ? Id.read(IdKind.JOB, write.key(), Id.BYTES) : null;
        }
        if (row.status() == JobStatus.QUEUED) {
            return row.facts().workspace();
        }
        return row.status().isFinal() ? row.facts().id() : null;
    }

    /**
     * Returns the type of a job that a write queues, or null. The waiters under {@link #topic} for jobs of this type
     * may have it.
     */
    public static @Nullable String queuedType(Changes.Write write) {
        JobRow row = write.rowIn(JobTables.JOBS);
        return row == null || row.status() != JobStatus.QUEUED
                ? null
                : row.facts().type();
    }

    /** True if a write concerns jobs, or gives the sweep some to cancel. */
    public static boolean concerns(Changes.Write write) {
        return write.isIn(JobTables.JOBS) || write.isIn(Cancellations.BACKLOG.table());
    }

    /** Returns how many jobs of a workspace are queued or scheduled. */
    public static long waiting(Rows rows, Id workspace) {
        return rows.size(JobTables.byStatus(workspace, JobStatus.QUEUED))
                + rows.size(JobTables.byStatus(workspace, JobStatus.SCHEDULED));
    }

    /** Refuses if a workspace has as many unfinished jobs as its plan allows. */
    private static void checkRoom(Context context) {
        Plan plan = context.plan();
        long unfinished = waiting(context.rows(), context.workspace());
        if (unfinished >= plan.queuedJobsMax()) {
            throw new RefusedException(Refusal.of(
                            ProblemCode.JOB_QUEUE_FULL,
                            "Plan " + plan.name() + " allows " + plan.queuedJobsMax() + " waiting jobs, and there are "
                                    + unfinished + ". Try again once some have run.")
                    .retryAfter(1));
        }
    }

    private static JobRow row(Context context, Id id, JobDraft input, int pieces) {
        JobRow.Facts facts = new JobRow.Facts(
                id,
                context.workspace(),
                context.nextNumber(),
                input.type(),
                input.resource(),
                input.priority(),
                input.attemptsMax(),
                input.uniqueKey(),
                input.runAt(),
                context.now(),
                pieces,
                context.trace());
        return JobRow.create(facts, context.now(), input.countsOutcomes());
    }

    private static Outcome deduplicated(Context context, Id id) {
        return accepted(find(context, id), true);
    }

    private static Outcome.Done accepted(JobRow row, boolean deduplicated) {
        JsonBytes json = JsonBytes.object()
                .member("job_id", row.facts().id().text())
                .member("status", row.status().wireName());
        Id resource = row.facts().resource();
        if (resource != null) {
            json.member("resourceId", resource);
        }
        if (deduplicated) {
            json.member("deduplicated", true);
        }
        return new Outcome.Done(
                202, json.end(), null, "/v1/jobs/" + row.facts().id().text(), 1, false);
    }

    static JobRow find(Context context, Id id) {
        JobRow row = context.rows().find(JobTables.JOBS, context.workspace().keyOf(id));
        if (row == null || row.isExpired(context)) {
            throw new RefusedException(Refusal.notFound());
        }
        return row;
    }
}
