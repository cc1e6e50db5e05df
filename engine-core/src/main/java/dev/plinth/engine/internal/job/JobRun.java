package dev.plinth.engine.internal.job;

import dev.plinth.engine.api.JobFailure;
import dev.plinth.engine.api.JobSnooze;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.FatalErrors;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.HostFailure;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Quoted;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.timer.RetryingCommitter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An attempt of a job: the job as its handler sees it, and the commits of its end. */
final class JobRun implements HostJob {
    private static final System.Logger LOG = Log.of(JobRun.class);

    private static final String HANDLER_FAILED = "handler_failed";
    private static final String RESULT_TOO_LARGE = "result_too_large";

    private final JobRow row;
    private final byte[] input;
    private final RetryingCommitter committer;
    private final BiPredicate<Rows, Id> mayRun;
    private final FatalErrors fatalErrors;
    private final ProblemJson problems;
    private volatile @Nullable TraceParent trace;
    private volatile Consumer<Optional<String>> ended = failure -> {};
    private volatile boolean cancelRequested;
    private volatile boolean handled;

    JobRun(
            JobRow row,
            byte[] input,
            RetryingCommitter committer,
            BiPredicate<Rows, Id> mayRun,
            FatalErrors fatalErrors,
            ProblemJson problems) {
        this.row = row;
        this.input = input.length == 0 ? "{}".getBytes(StandardCharsets.US_ASCII) : input;
        this.committer = committer;
        this.mayRun = mayRun;
        this.fatalErrors = fatalErrors;
        this.problems = problems;
        this.trace = row.facts().trace();
        this.cancelRequested = row.cancelRequested();
    }

    void requestCancel() {
        cancelRequested = true;
    }

    /**
     * Lets the host's code do the job, and commits the result with its effects. It does so also if the workspace was
     * suspended meanwhile, because the work is done. No other attempt begins before the workspace is active again.
     */
    void handle(HostJob.Code code) {
        String failure = HANDLER_FAILED;
        try {
            failure = attempt(code);
        } finally {
            ended.accept(Optional.ofNullable(failure));
        }
    }

    /** Returns the code of the error that was recorded, or null if there was none. */
    private @Nullable String attempt(HostJob.Code code) {
        try {
            HostJob.End given = run(code);
            HostJob.End end = given == null ? HostJob.End.NOTHING : given;
            Json result = end.result();
            if (result == null && cancelRequested) {
                commit(JobSteps.giveBack(id(), row.attempt()));
                return null;
            }
            byte[] bytes = result == null ? new byte[0] : result.utf8();
            if (bytes.length > Limits.JOB_RESULT_BYTES_MAX) {
                Outcome unused = fail(
                        RESULT_TOO_LARGE,
                        "A result may have " + Limits.JOB_RESULT_BYTES_MAX + " bytes, and this one has " + bytes.length
                                + ". Store it elsewhere and return its address.",
                        false);
                return RESULT_TOO_LARGE;
            }
            return succeed(JobSteps.succeed(id(), row.attempt(), bytes), end.effects());
        } catch (JobSnooze snooze) {
            commit(JobSteps.snooze(id(), row.attempt(), snooze.delay().toMillis()));
            return null;
        } catch (JobFailure failure) {
            if (isInterrupted(failure)) {
                return giveBack();
            }
            long gap = failure.retryAfter().map(Duration::toMillis).orElse(JobRules.Failure.USUAL_GAP);
            Outcome outcome =
                    commit(failure(failure.code(), HostFailure.cut(failure.getMessage()), failure.retryable(), gap));
            log(System.Logger.Level.INFO, outcome, failure);
            return failure.code();
        } catch (PlinthException met) {
            Refusal refusal = HostFailure.refusal(met);
            return refusal == null ? unexpected(met) : refused(met, refusal);
        } catch (Exception | Error e) {
            return unexpected(e);
        }
    }

    /** Runs the code. What it leaves behind reports nothing from its return on, before another attempt can begin. */
    private HostJob.@Nullable End run(HostJob.Code code) throws Exception {
        try {
            return code.run(this);
        } finally {
            handled = true;
        }
    }

    /** Records the problem of a call that the handler made and did not handle. */
    private @Nullable String refused(PlinthException met, Refusal refusal) {
        if (isInterrupted(met)) {
            return giveBack();
        }
        String code = refusal.code().wireName();
        Outcome outcome = fail(
                code,
                "A call of the handler was refused. " + refusal.withErrors(),
                HostFailure.isWorthAnAttempt(refusal));
        log(System.Logger.Level.WARNING, outcome, met);
        return code;
    }

    private @Nullable String unexpected(Throwable e) {
        if (isInterrupted(e)) {
            return giveBack();
        }
        fatalErrors.saw(e);
        Outcome outcome = fail(
                HANDLER_FAILED, "The handler of this job failed unexpectedly. Look into its log for the cause.", true);
        log(System.Logger.Level.WARNING, outcome, e);
        return HANDLER_FAILED;
    }

    /** Returns true if a handler failed because the engine, which closes, has interrupted it or refused its calls. */
    private boolean isInterrupted(Throwable e) {
        if (!committer.isStopped()) {
            return false;
        }
        PlinthException refused = FatalErrors.find(PlinthException.class, e);
        return FatalErrors.find(InterruptedException.class, e) != null
                || refused != null && ProblemCode.isOfEndedEngine(refused.code());
    }

    /** Puts the job back into the queue, unless that was done before. Returns null, because no error is recorded. */
    private @Nullable String giveBack() {
        commit(JobSteps.giveBack(id(), row.attempt()));
        LOG.log(
                System.Logger.Level.INFO,
                "Closing has ended job " + jobId() + " of type " + type() + "; attempt " + attempt()
                        + " does not count");
        return null;
    }

    /**
     * Commits success with the effects, or a failure if the effects are refused. The rows may have changed since the code
     * read them, so another attempt follows where the refusal is about their state.
     *
     * @return the code of the refusal, or null if there was none
     */
    private @Nullable String succeed(Command.Change success, @Nullable UnaryOperator<Command.Change> effects) {
        if (effects == null) {
            commit(success);
            return null;
        }
        Outcome outcome = commit(effects.apply(success), Limits.JOB_ITEM_TRIES_MAX);
        if (outcome instanceof Outcome.Refused refused && !committer.isStopped()) {
            Refusal refusal = refused.refusal();
            String told = refusal.withErrors();
            Outcome failed = fail(
                    refusal.code().wireName(),
                    "An effect of the handler was refused. " + told,
                    HostFailure.isWorthAnAttempt(refusal));
            LOG.log(
                    System.Logger.Level.WARNING,
                    "An effect of job " + jobId() + " of type " + type() + " was refused in attempt " + attempt()
                            + " of " + row.facts().attemptsMax() + ": " + told + " " + whatComesNext(failed));
            return refusal.code().wireName();
        }
        return null;
    }

    /** Says what failed with all of its causes, and what comes next. */
    private void log(System.Logger.Level level, Outcome outcome, Throwable cause) {
        LOG.log(
                level,
                "The handler of job " + jobId() + " of type " + type() + " failed in attempt " + attempt() + " of "
                        + row.facts().attemptsMax() + "; " + whatComesNext(outcome),
                cause);
    }

    private static String whatComesNext(Outcome outcome) {
        if (outcome instanceof Outcome.Refused refused) {
            return "the store refused to record that: " + refused.refusal().detail();
        }
        if (!(outcome instanceof StepOutcome.Failed failed)) {
            return "the job had ended or been taken back before";
        }
        return switch (failed.next().status()) {
            case SCHEDULED -> "it is tried again at " + Times.text(failed.next().dueAt());
            case CANCELED -> "the job is canceled, as was asked";
            default -> "the job has failed for good";
        };
    }

    /**
     * Does the items one by one, each in a commit of its own, from where the attempt before stopped. When the engine closes, or
     * the workspace is suspended, the job goes back to the queue before its next item.
     */
    void items(Function<byte[], ItemJob> opener) {
        ItemJob job = opener.apply(input);
        for (int index = row.items().done(); index < job.count(); index++) {
            if (committer.isStopped()) {
                commit(JobSteps.giveBack(id(), row.attempt()));
                return;
            }
            if (item(job, index) != StepOutcome.Plain.DONE) {
                return;
            }
        }
        commit(JobSteps.succeed(id(), row.attempt(), new byte[0]));
    }

    /**
     * Goes through rows step by step. When the engine closes, the job goes back to the queue before its next step.
     *
     * @param between lets others write between two steps
     */
    void steps(Function<byte[], StepJob> opener, Runnable between) {
        try {
            StepJob job = opener.apply(input);
            long after = Rows.NONE;
            do {
                if (committer.isStopped()) {
                    commit(JobSteps.giveBack(id(), row.attempt()));
                    return;
                }
                Outcome outcome = commit(JobSteps.step(id(), row.attempt(), job, after, mayRun));
                after = outcome instanceof StepOutcome.Reached reached ? reached.number() : Rows.NONE;
                between.run();
            } while (after != Rows.NONE);
        } catch (RuntimeException | Error e) {
            fatalErrors.saw(e);
            LOG.log(System.Logger.Level.ERROR, "The engine failed in job " + jobId(), e);
            Outcome unused = fail(
                    "internal_error",
                    "The engine failed in this job. Look for the job's id in the log of the server, and retry the job.",
                    true);
        }
    }

    /** Runs an item. An item that the engine itself fails has an outcome like any other. */
    private Outcome item(ItemJob job, int index) {
        try {
            Outcome outcome = commitItem(JobSteps.item(id(), row.attempt(), job, index, prepared(job, index), mayRun));
            return isBeyondPlan(outcome) ? refused(job, index, (Outcome.Refused) outcome) : outcome;
        } catch (RuntimeException | Error e) {
            fatalErrors.saw(e);
            LOG.log(System.Logger.Level.ERROR, "The engine failed in item " + index + " of job " + jobId(), e);
            Refusal failed = Refusal.of(
                    ProblemCode.INTERNAL_ERROR,
                    "The engine failed in this operation; nothing was changed. Send it again, and look for the job's id in the log of the server.");
            Command.Change refuse = context -> {
                throw new RefusedException(failed);
            };
            return commitItem(JobSteps.item(id(), row.attempt(), job, index, refuse, mayRun));
        }
    }

    private static boolean isBeyondPlan(Outcome outcome) {
        return outcome instanceof Outcome.Refused refused && refused.refusal().code() == ProblemCode.PLAN_LIMIT_REACHED;
    }

    /**
     * Records that an item exceeds a share of the workspace. If that record exceeds the share too, the job fails. A retry
     * goes on with this item.
     */
    private Outcome refused(ItemJob job, int index, Outcome.Refused refused) {
        Command.Change refuse = context -> {
            throw new RefusedException(refused.refusal());
        };
        Outcome outcome = commitItem(JobSteps.item(id(), row.attempt(), job, index, refuse, mayRun));
        if (isBeyondPlan(outcome)) {
            Outcome unused = fail(
                    ProblemCode.PLAN_LIMIT_REACHED.wireName(),
                    ((Outcome.Refused) outcome).refusal().detail()
                            + " Once there is room, retry the job, which goes on from there.",
                    false);
        }
        return outcome;
    }

    /**
     * Commits an item. If a table has no room for it, which may take days to change, the job fails after some tries.
     * When it is retried it goes on from there. If the disk has no room, the failure cannot be recorded either, and
     * both wait.
     */
    private Outcome commitItem(Command.Change item) {
        while (true) {
            Outcome outcome = commit(item, Limits.JOB_ITEM_TRIES_MAX);
            if (!RetryingCommitter.mayHaveRoomLater(outcome) || committer.isStopped()) {
                return outcome;
            }
            Outcome failed = commit(
                    failure(
                            ProblemCode.CAPACITY_EXHAUSTED.wireName(),
                            ((Outcome.Refused) outcome).refusal().detail()
                                    + " Once there is room, retry the job, which goes on from there.",
                            false),
                    1);
            if (!RetryingCommitter.mayHaveRoomLater(failed)) {
                return outcome;
            }
        }
    }

    /** Reads and validates an item outside the writer lock; what is wrong with it is its outcome. */
    private static Command.Change prepared(ItemJob job, int index) {
        try {
            return job.item(index);
        } catch (RefusedException refused) {
            return context -> {
                throw refused;
            };
        }
    }

    @Override
    public String jobId() {
        return id().text();
    }

    @Override
    public String workspaceId() {
        return row.facts().workspace().text();
    }

    @Override
    public @Nullable TraceParent trace() {
        return trace;
    }

    @Override
    public void enter(@Nullable TraceParent span, Consumer<Optional<String>> whenEnded) {
        trace = span;
        ended = whenEnded;
    }

    @Override
    public Optional<String> resourceId() {
        return Optional.ofNullable(row.facts().resource()).map(Id::text);
    }

    @Override
    public String type() {
        return row.facts().type();
    }

    @Override
    public Json input() {
        return Json.trusted(input);
    }

    @Override
    public int attempt() {
        return row.attempt();
    }

    @Override
    public boolean isCancelRequested() {
        return cancelRequested;
    }

    @Override
    public void progress(long done, long total, String message) {
        int length = message.codePointCount(0, message.length());
        if (done < 0 || total < 0 || length > Limits.NAME_LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "done and total must be 0 or more, and message at most " + Limits.NAME_LENGTH_MAX
                            + " characters; got " + done + ", " + total + " and " + length + " characters.");
        }
        Command.Change report = JobSteps.progress(id(), row.attempt(), new JobRow.Progress(done, total, message));
        // A retry counts attempts anew, so the number alone does not tell this attempt from a later one.
        commit(context -> handled ? Decision.nothing(StepOutcome.Plain.TOO_LATE) : report.decide(context));
    }

    private Outcome fail(String code, String detail, boolean retryable) {
        return commit(failure(code, detail, retryable));
    }

    private Command.Change failure(String code, String detail, boolean retryable) {
        return failure(code, detail, retryable, JobRules.Failure.USUAL_GAP);
    }

    private Command.Change failure(String code, String detail, boolean retryable, long gapMillis) {
        String shown = Quoted.cut(detail, Limits.DESCRIPTION_LENGTH_MAX);
        byte[] problem = problems.ofJob(Quoted.cut(code, Limits.NAME_LENGTH_MAX), shown, retryable);
        return JobSteps.fail(id(), row.attempt(), new JobRules.Failure(problem, retryable, gapMillis));
    }

    private Outcome commit(Command.Change change) {
        return commit(change, Integer.MAX_VALUE);
    }

    /** Commits for the workspace of the job, as a part of its trace. */
    private Outcome commit(Command.Change change, int tries) {
        Caller engine = Caller.engineFor(row.facts().workspace());
        return committer.commit(engine, Command.in(trace(), change), tries);
    }

    private Id id() {
        return row.facts().id();
    }
}
