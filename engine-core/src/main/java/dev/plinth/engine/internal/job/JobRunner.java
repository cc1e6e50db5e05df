package dev.plinth.engine.internal.job;

import dev.plinth.engine.api.JobFigures;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.Recordings;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Committer;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.timer.AttemptRunner;
import dev.plinth.engine.internal.timer.DueIndex;
import dev.plinth.engine.internal.timer.DueKinds;
import dev.plinth.engine.internal.timer.DueSource;
import dev.plinth.engine.internal.timer.RetryingCommitter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Starts queued jobs whose type has a handler in this JVM, and queues scheduled ones when they are due. Workspaces take
 * turns, however many jobs each has queued. The workspace whose turn it is starts its most urgent job, and of those the
 * one that was accepted first. Jobs of other types stay queued for workers elsewhere, whose leases expire here.
 */
public final class JobRunner implements DueSource {
    private static final System.Logger LOG = Log.of(JobRunner.class);

    /** The greatest age of an end that is new. A later write of an ended job takes out what the job leaves. */
    private static final long ENDED_NOW_MILLIS = 60_000;

    private final Store store;
    private final Committer committer;
    private final RetryingCommitter retrying;
    private final JobAdmission admission;
    private final BiPredicate<Rows, Id> mayRun;
    private final ProblemJson problems;
    private final Map<String, Consumer<JobRun>> works = new TreeMap<>();
    private final List<Queue> queues = new ArrayList<>();
    private final ProgressReports newest = new ProgressReports();
    private final JobTimes times;
    private final AttemptRunner attempts;
    private final Bulkhead places;
    private final ConcurrentHashMap<Id, JobRun> running = new ConcurrentHashMap<>();
    /** Running jobs whose attempt has ended without a record: their process has died, or the engine failed. They are still to be put back. */
    private final ConcurrentLinkedQueue<UnrecordedEnd> unrecorded = new ConcurrentLinkedQueue<>();
    /** The next turn: the first workspace from this number on that has a ready job. */
    private volatile long turn;

    /** True once another node is to run the jobs. */
    private volatile boolean leaving;

    /**
     * An attempt that has ended without a record.
     *
     * @param step puts its job back
     */
    private record UnrecordedEnd(JobRow row, BiFunction<Id, Integer, Command.Change> step) {}

    /**
     * The engine's own jobs by type.
     *
     * @param items those of items
     * @param steps those that go through rows
     */
    public record OwnJobs(Map<String, Function<byte[], ItemJob>> items, Map<String, Function<byte[], StepJob>> steps) {}

    /**
     * A runner.
     *
     * @param handlers the host's code by type
     * @param own the engine's own jobs
     * @param problems renders why jobs have failed
     * @param admission tells how many jobs may run, and whose
     */
    public JobRunner(
            Store store,
            Committer committer,
            Executor executor,
            Map<String, HostJob.Code> handlers,
            OwnJobs own,
            ProblemJson problems,
            JobAdmission admission) {
        this.store = store;
        this.committer = committer;
        this.retrying = new RetryingCommitter(committer, store::isWritable);
        this.admission = admission;
        this.mayRun = admission.mayRun();
        this.problems = problems;
        this.places = new Bulkhead(admission.places());
        this.attempts = new AttemptRunner(executor, admission.places(), store.fatalErrors(), store.timer());
        handlers.forEach((type, handler) -> works.put(type, run -> run.handle(handler)));
        own.items().forEach((type, opener) -> works.put(type, run -> run.items(opener)));
        own.steps().forEach((type, opener) -> works.put(type, run -> run.steps(opener, store::letWritersIn)));
        times = new JobTimes(works.keySet());
        for (String type : works.keySet()) {
            for (int priority = 1; priority <= JobDraft.PRIORITY_LAST; priority++) {
                queues.add(new Queue(type, priority, JobTables.turns(type, priority)));
            }
        }
    }

    /** Sets how many jobs may run at once from now on. Those that run go on. */
    public void resize(int running) {
        places.resize(running);
        attempts.resize(running);
    }

    /** The types that are handled here or by workers. */
    public HandledTypes handled() {
        return new HandledTypes(works.keySet(), newest);
    }

    /** Counts the queued jobs of all workspaces at each call. */
    public Supplier<JobFigures> queueFigures() {
        return new JobQueueFigures(store, handled());
    }

    /** Returns how long jobs waited and ran. */
    public JobTimes times() {
        return times;
    }

    /** Sets the listener that learns that an attempt has ended. */
    public void onSettled(Runnable listener) {
        attempts.onSettled(listener);
    }

    /** Has the runner learn of durable changes. */
    public void register() {
        store.onCommitted((sequence, writes) -> {
            for (int i = 0; i < writes.size(); i++) {
                committed(writes.get(i));
            }
        });
    }

    /**
     * Learns of durable changes. It tells the handler of a running job that the job is to be canceled, or that its row
     * was deleted. It counts the jobs that workers have ended.
     */
    public void committed(Changes.Write write) {
        newest.committed(write);
        if (!write.isIn(JobTables.JOBS)) {
            return;
        }
        JobRow row = JobTables.JOBS.read(write.row());
        if (row != null
                && row.status().isFinal()
                && store.nowMillis() - row.finishedAt() < ENDED_NOW_MILLIS
                && !works.containsKey(row.facts().type())) {
            times.ended(row);
        }
        Id id = Id.read(IdKind.JOB, write.key(), Id.BYTES);
        JobRun run = row == null || row.cancelRequested() ? running.get(id) : null;
        if (run != null) {
            run.requestCancel();
        }
    }

    @Override
    public int number() {
        return DueKinds.JOBS;
    }

    @Override
    public boolean start(long number) {
        JobRow row = row(number);
        if (row == null) {
            return true;
        }
        Id id = row.facts().id();
        Outcome outcome = committer.commit(
                Caller.engineFor(row.facts().workspace()),
                row.lease() == null ? JobSteps.queue(id) : JobSteps.lapse(id, newest, problems));
        return !RetryingCommitter.mayHaveRoomLater(outcome);
    }

    @Override
    public boolean startReady(long nowMillis) {
        endUnrecorded();
        while (!attempts.isFull()) {
            long number = store.look(this::nextReady);
            if (number == Rows.NONE) {
                return unrecorded.isEmpty();
            }
            JobRow next = row(number);
            if (next == null) {
                continue;
            }
            turn = JobTables.turn(next.facts().workspace()) + 1;
            if (!start(next.facts())) {
                return false;
            }
        }
        return unrecorded.isEmpty();
    }

    @Override
    public boolean hasReady() {
        return !attempts.isFull() && store.look(this::nextReady) != Rows.NONE;
    }

    @Override
    public boolean isBusy(long number) {
        return attempts.isClaimed(number);
    }

    @Override
    public boolean awaitIdle(long timeoutMillis) {
        return attempts.awaitIdle(timeoutMillis);
    }

    /**
     * Starts no more jobs and waits for those that run. Puts jobs back into the queue that do not end in time, or that
     * could not record their end.
     *
     * @return the jobs whose handlers have not ended
     */
    public List<String> drain(long timeoutMillis) {
        stop();
        attempts.awaitIdle(timeoutMillis);
        List<String> left = new ArrayList<>();
        running.values().forEach(run -> left.add(run.jobId() + " (" + run.type() + ")"));
        try {
            newest.writeAll(committer::commit);
            giveBackRunning();
        } catch (RefusedException refused) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The store refused to put running jobs back into the queue; the next start does it: "
                            + refused.refusal().detail());
        }
        return left;
    }

    /** Starts no more jobs, and tells the handlers of those that run to end. What they still commit is refused. */
    public void abandon() {
        stop();
        cancelRunning();
    }

    /** Starts no more jobs. It is no failure of those that run if the engine refuses their calls from now on. */
    public void stop() {
        attempts.stop();
        retrying.stop();
    }

    /** Tells the handlers of running jobs to end, because another node is to run these jobs. */
    public void cancelRunning() {
        leaving = true; // first, for an attempt that is not among them yet
        running.values().forEach(JobRun::requestCancel);
    }

    /**
     * Ends the attempts of all jobs that ran in a JVM that has died. An attempt for which there is no room ends later.
     * Extends the leases that have expired while no node led.
     *
     * @param isRestart false if another node ran them, whose end is no crash of theirs
     */
    public void takeOver(boolean isRestart) {
        for (JobRow row : store.readToAct(JobRunner::runningRows)) {
            if (isRestart) {
                unrecorded.add(new UnrecordedEnd(row, this::crash));
            } else if (!end(row, JobSteps::giveBack)) {
                unrecorded.add(new UnrecordedEnd(row, JobSteps::giveBack));
            }
        }
        endUnrecorded();
        List<Long> lapsed = store.readToAct(rows -> lapsed(rows, store.nowMillis()));
        for (int from = 0; from < lapsed.size(); from += Limits.SWEEP_ROWS_MAX) {
            int to = Math.min(lapsed.size(), from + Limits.SWEEP_ROWS_MAX);
            // If there is no room, these leases expire.
            Outcome unused = committer.commit(Caller.OPERATOR, JobSteps.extend(lapsed.subList(from, to)));
        }
    }

    private static List<Long> lapsed(Rows rows, long now) {
        List<Long> found = new ArrayList<>();
        DueIndex.forEach(rows, DueKinds.JOBS, now, number -> {
            JobRow row = rows.at(JobTables.JOBS, number);
            if (row != null && row.lease() != null) {
                found.add(number);
            }
            return true;
        });
        return found;
    }

    /** Puts back those of {@link #unrecorded} for which there is room. The thread that opens the engine does so, and the timers beside it. */
    private void endUnrecorded() {
        UnrecordedEnd next = unrecorded.poll();
        for (int more = unrecorded.size(); next != null; more--) {
            boolean ended = false;
            try {
                ended = end(next.row, next.step);
            } finally {
                if (!ended) {
                    unrecorded.add(next);
                }
            }
            next = more > 0 ? unrecorded.poll() : null;
        }
    }

    private Command.Change crash(Id id, int attempt) {
        return JobSteps.crash(id, attempt, problems);
    }

    /** Puts back all jobs that run in this JVM. Leases stay. */
    private void giveBackRunning() {
        int left = 0;
        for (JobRow row : store.readToAct(JobRunner::runningRows)) {
            left += end(row, JobSteps::giveBack) ? 0 : 1;
        }
        if (left > 0) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "There is no room to put " + left + " running jobs back into the queue; the next start does it");
        }
    }

    /** False if there was no room for the step. */
    private boolean end(JobRow row, BiFunction<Id, Integer, Command.Change> step) {
        Outcome outcome = committer.commit(
                Caller.engineFor(row.facts().workspace()),
                step.apply(row.facts().id(), row.attempt()));
        return !RetryingCommitter.mayHaveRoomLater(outcome);
    }

    private static List<JobRow> runningRows(Rows rows) {
        List<JobRow> found = new ArrayList<>();
        rows.in(JobTables.JOBS, JobTables.RUNNING).forEach(each -> found.add(each.row()));
        return found;
    }

    private boolean start(JobRow.Facts facts) {
        places.take(facts.workspace());
        boolean started = attempts.tryStart(facts.number(), () -> {
            try {
                run(facts.number());
            } finally {
                places.giveBack(facts.workspace());
            }
        });
        if (!started) {
            places.giveBack(facts.workspace());
        }
        return started;
    }

    /** The number of the job that starts next: of the workspace whose turn it is, or of the next one that can start any. */
    private long nextReady(Rows rows) {
        long first = turn;
        long found = nextReady(rows, first, Long.MAX_VALUE);
        return found == Rows.NONE ? nextReady(rows, 0, first) : found;
    }

    private long nextReady(Rows rows, long from, long until) {
        for (long next = nextTurn(rows, from); next != Rows.NONE && next < until; next = nextTurn(rows, next + 1)) {
            long found = mostUrgent(rows, next);
            if (found != Rows.NONE) {
                return found;
            }
        }
        return Rows.NONE;
    }

    private long nextTurn(Rows rows, long from) {
        long nearest = Rows.NONE;
        for (Queue queue : queues) {
            nearest = nearer(nearest, rows.ceiling(queue.turns(), from));
        }
        return nearest;
    }

    /**
     * Returns the first job of a workspace that is not being started yet, or NONE if there is none or none may start
     * now. Jobs after one that is to be canceled wait for a moment, because a search past thousands of them would take
     * longer.
     */
    private long mostUrgent(Rows rows, long ofTurn) {
        for (int priority = 1; priority <= JobDraft.PRIORITY_LAST; priority++) {
            long next = firstReady(rows, ofTurn, priority, 0);
            for (; next != Rows.NONE; next = firstReady(rows, ofTurn, priority, next + 1)) {
                JobRow row = attempts.isClaimed(next) ? null : rows.at(JobTables.JOBS, next);
                if (row != null) {
                    Id workspace = row.facts().workspace();
                    boolean mayBegin = places.isFree(workspace, admission.perWorkspace(rows, workspace))
                            && mayRun.test(rows, workspace)
                            && !Cancellations.covers(rows, row);
                    return mayBegin ? next : Rows.NONE;
                }
            }
        }
        return Rows.NONE;
    }

    private long firstReady(Rows rows, long ofTurn, int priority, long from) {
        long nearest = Rows.NONE;
        for (Queue queue : queues) {
            if (queue.priority() == priority && rows.ceiling(queue.turns(), ofTurn) == ofTurn) {
                nearest = nearer(nearest, rows.ceiling(JobTables.readyOf(ofTurn, queue.type(), priority), from));
            }
        }
        return nearest;
    }

    /** The smaller of two numbers, where none is as good as the largest. */
    private static long nearer(long one, long other) {
        return Long.compareUnsigned(one, other) < 0 ? one : other;
    }

    private @Nullable JobRow row(long number) {
        return JobTables.JOBS.read(store.readToAct(rows -> rows.at(number)));
    }

    private void run(long number) {
        JobRow queued = row(number);
        Consumer<JobRun> work = queued == null ? null : works.get(queued.facts().type());
        if (queued == null || work == null) {
            return;
        }
        Caller engine = Caller.engineFor(queued.facts().workspace());
        Outcome begun = retrying.commit(engine, JobSteps.begin(queued.facts().id(), mayRun));
        if (begun != StepOutcome.Plain.DONE) {
            return;
        }
        JobRow row = row(number);
        if (row == null) {
            return;
        }
        try {
            boolean isFirst = queued.attempts().startedAt() == 0;
            run(row, work, isFirst ? store.nowMillis() - queued.waitsSince() : JobTimes.NO_WAIT);
        } catch (RuntimeException | Error e) {
            // Neither what the handler did nor that it failed is recorded, and the job would run for ever.
            unrecorded.add(new UnrecordedEnd(row, this::crash));
            throw e;
        }
    }

    private void run(JobRow row, Consumer<JobRun> work, long waitedMillis) {
        byte[] input = store.readToAct(rows -> JobPieces.join(
                rows, row.facts().id(), JobPieces.Kind.INPUT, row.facts().inputPieces()));
        JobRun run = new JobRun(row, input, retrying, mayRun, store.fatalErrors(), problems);
        running.put(row.facts().id(), run);
        // Reads again a request to cancel that came after the row was read, before the attempt could be told.
        JobRow now = row(row.facts().number());
        if (leaving || now == null || now.cancelRequested()) {
            run.requestCancel();
        }
        JobRecording event = Recordings.begun(JobRecording::probe, JobRecording::new);
        JobTimes.Run measured = times.begin();
        try {
            work.accept(run);
        } finally {
            measured.end(row.facts().type(), waitedMillis);
            if (event != null) {
                event.ended(row);
            }
            running.remove(row.facts().id());
        }
    }

    /** The queued jobs for a handler in this JVM at one priority, and the turns of their workspaces. */
    private record Queue(String type, int priority, SetKey turns) {}
}
