package dev.plinth.engine.internal.job;

import static dev.plinth.engine.internal.job.StepOutcome.Plain.DONE;
import static dev.plinth.engine.internal.job.StepOutcome.Plain.ENDED;
import static dev.plinth.engine.internal.job.StepOutcome.Plain.TOO_LATE;

import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.ReserveAccess;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.json.ProblemJson;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;

/**
 * The steps of a job that the runner commits. Each looks at the row again: a step that comes too late, because the job was
 * ended or taken back meanwhile, changes nothing.
 */
final class JobSteps {
    private JobSteps() {}

    /** Queues a scheduled job whose time has come. */
    static Command.Change queue(Id id) {
        return context -> {
            JobRow row = Jobs.find(context, id);
            if (row.status() != JobStatus.SCHEDULED || row.dueAt() > context.now()) {
                return Decision.nothing(TOO_LATE);
            }
            return Decision.of(JobRules.step(context, row.queued()), DONE);
        };
    }

    /** Begins an attempt of a queued job if the jobs of its workspace may run now and it is not to be canceled. */
    static Command.Change begin(Id id, BiPredicate<Rows, Id> mayRun) {
        return context -> {
            JobRow row = Jobs.find(context, id);
            if (row.status() != JobStatus.QUEUED
                    || !mayRun.test(context.rows(), context.workspace())
                    || Cancellations.covers(context.rows(), row)) {
                return Decision.nothing(TOO_LATE);
            }
            if (row.cancelRequested()) { // it ran in the store from which its workspace has come
                return Decision.of(end(context, row), ENDED);
            }
            return Decision.of(JobRules.step(context, row.running(context.now())), DONE);
        };
    }

    /**
     * Ends a lease at its time, or extends it where a jump of the clock alone has brought the time. The job is queued
     * again without having used the attempt, or canceled if a call had asked for that. It fails with the third expired
     * lease of an attempt.
     */
    static Command.Change lapse(Id id, ProgressReports newest, ProblemJson problems) {
        return context -> {
            JobRow row = newest.of(Jobs.find(context, id));
            JobRow.Lease lease = row.lease();
            if (lease == null || lease.expiresAt() > context.now()) {
                return Decision.nothing(TOO_LATE);
            }
            if (!lease.isOver(context)) { // only the clock has jumped, so the worker has its time again
                return Decision.of(JobRules.step(context, row.extended(lease.again(context.now()))), DONE);
            }
            if (JobRules.isToEnd(context, row)) {
                return Decision.of(end(context, row), DONE);
            }
            return Decision.of(
                    JobRules.step(
                            context,
                            lapsed(
                                    context,
                                    row,
                                    problems,
                                    "lease_lapsed",
                                    Limits.JOB_LAPSES_MAX
                                            + " leases of the job have lapsed. Let the worker end the job or extend its lease in time, then retry the job.")),
                    DONE);
        };
    }

    /** Extends leases that have lapsed while no node led, each by its own time. */
    static Command.Change extend(List<Long> leased) {
        return context -> {
            Changes changes = new Changes();
            for (long number : leased) {
                JobRow row = context.rows().at(JobTables.JOBS, number);
                JobRow.Lease lease = row == null ? null : row.lease();
                if (row != null && lease != null && lease.expiresAt() <= context.now()) {
                    JobRow next = row.extended(lease.again(context.now()));
                    changes.put(JobTables.JOBS, next.key(), next.row());
                }
            }
            return Decision.of(changes, DONE);
        };
    }

    /**
     * Ends an attempt whose process has died. The job is queued again without having used the attempt, or canceled if a
     * call had asked for that. It fails with the third crash of an attempt without progress in between.
     */
    static Command.Change crash(Id id, int attempt, ProblemJson problems) {
        return running(
                id,
                attempt,
                (context, row) -> JobRules.isToEnd(context, row)
                        ? end(context, row)
                        : JobRules.step(
                                context,
                                lapsed(
                                        context,
                                        row,
                                        problems,
                                        "job_crashed",
                                        Limits.JOB_LAPSES_MAX
                                                + " processes have ended while the job ran. Find the cause in the log of the server, then retry the job.")));
    }

    private static JobRow lapsed(Context context, JobRow row, ProblemJson problems, String code, String detail) {
        return row.attempts().lapses() + 1 < Limits.JOB_LAPSES_MAX
                ? row.lapsed()
                : row.ended(JobStatus.FAILED, context.now(), problems.ofJob(code, detail, false), 0);
    }

    static Command.Change progress(Id id, int attempt, JobRow.Progress progress) {
        return running(id, attempt, (context, row) -> JobRules.step(context, row.progressed(progress)));
    }

    static Command.Change succeed(Id id, int attempt, byte[] result) {
        return running(
                id,
                attempt,
                (context, row) -> JobRules.succeed(context, JobRules.succeeded(context, row, result), result));
    }

    /** Ends an attempt that failed: {@link StepOutcome.Failed}. */
    static Command.Change fail(Id id, int attempt, JobRules.Failure failure) {
        return current(id, attempt, (context, row) -> {
            JobRow next = JobRules.failed(context, row, failure);
            return Decision.of(JobRules.step(context, next), new StepOutcome.Failed(next));
        });
    }

    /** Ends an attempt that asks for another one later, without having used it. */
    static Command.Change snooze(Id id, int attempt, long delayMillis) {
        return running(
                id, attempt, (context, row) -> JobRules.step(context, JobRules.snoozed(context, row, delayMillis)));
    }

    static Changes end(Context context, JobRow row) {
        return JobRules.step(context, JobRules.canceled(context, row));
    }

    /**
     * A running job goes back to the queue without having used the attempt, or is canceled if a call had asked for that.
     */
    static Command.Change giveBack(Id id, int attempt) {
        return running(id, attempt, JobSteps::back);
    }

    private static Changes back(Context context, JobRow row) {
        return JobRules.isToEnd(context, row) ? end(context, row) : JobRules.step(context, row.returned());
    }

    /**
     * Does an item of a job in one record: its change, its outcome and the job's progress. After a request to cancel,
     * the job ends instead. While the jobs of its workspace may not run, it goes back to the queue instead, and goes on
     * from there.
     */
    static Command.Change item(
            Id id, int attempt, ItemJob job, int index, Command.Change change, BiPredicate<Rows, Id> mayRun) {
        return interruptible(id, attempt, mayRun, (context, row) -> {
            if (row.items().done() != index) {
                return Decision.nothing(TOO_LATE);
            }
            Changes changes = new Changes().within(ReserveAccess.ASKED);
            Outcome outcome;
            try {
                Decision decision = change.decide(context);
                changes.addAll(decision.changes());
                outcome = decision.outcome();
            } catch (RefusedException refused) {
                outcome = new Outcome.Refused(refused.refusal());
            }
            JobRow next = row.itemDone(outcome instanceof Outcome.Done, job.count());
            changes.put(JobTables.JOBS, next.key(), next.row());
            JobPieces.put(changes, context.workspace(), id, JobPieces.Kind.OUTCOME, index, job.render(index, outcome));
            return Decision.of(changes, DONE);
        });
    }

    /**
     * Does one step of a job that goes through rows, and notes how far the job is, in one record. The last step ends the
     * job. Any other step tells where the next one begins: {@link StepOutcome.Reached}.
     */
    static Command.Change step(Id id, int attempt, StepJob job, long after, BiPredicate<Rows, Id> mayRun) {
        return interruptible(id, attempt, mayRun, (context, row) -> {
            StepJob.Batch step = job.step(context, row.facts().createdAt(), after);
            long done =
                    step.done() + (row.progress() == null ? 0 : row.progress().done());
            JobRow next = row.progressed(new JobRow.Progress(done, done, ""));
            Changes changes = step.changes();
            if (step.reached() == Rows.NONE) {
                byte[] result = job.result(done);
                changes.addAll(JobRules.succeed(context, JobRules.succeeded(context, next, result), result));
                return Decision.of(changes, ENDED);
            }
            if (step.done() > 0) {
                changes.put(JobTables.JOBS, next.key(), next.row());
            }
            return Decision.of(changes, new StepOutcome.Reached(step.reached()));
        });
    }

    /**
     * Does a step unless the job is to end by request, or its workspace's jobs may not run. Then the step cancels the job
     * or puts it back into the queue.
     */
    private static Command.Change interruptible(
            Id id, int attempt, BiPredicate<Rows, Id> mayRun, BiFunction<Context, JobRow, Decision> step) {
        return current(id, attempt, (context, row) -> {
            if (row.cancelRequested()) {
                return Decision.of(end(context, row), ENDED);
            }
            if (!mayRun.test(context.rows(), context.workspace())) {
                return Decision.of(back(context, row), ENDED);
            }
            return step.apply(context, row);
        });
    }

    private static Command.Change running(Id id, int attempt, BiFunction<Context, JobRow, Changes> step) {
        return current(id, attempt, (context, row) -> Decision.of(step.apply(context, row), DONE));
    }

    /** Does a step of the attempt that runs. An attempt that has ended changes nothing: {@link #TOO_LATE}. */
    private static Command.Change current(Id id, int attempt, BiFunction<Context, JobRow, Decision> step) {
        return context -> {
            JobRow row = Jobs.find(context, id);
            boolean isCurrent = row.status() == JobStatus.RUNNING && row.attempt() == attempt;
            return isCurrent ? step.apply(context, row) : Decision.nothing(TOO_LATE);
        };
    }
}
