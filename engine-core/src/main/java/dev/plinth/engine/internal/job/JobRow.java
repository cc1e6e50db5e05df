package dev.plinth.engine.internal.job;

import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowTranslation;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.json.JsonBytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A job as it is stored. The row is small, because it is written again at every step. Input, result and outcomes are in
 * pieces of their own.
 *
 * @param facts the parts that never change
 * @param state its state
 * @param attempts its attempts so far
 * @param items its items, for a job that counts outcomes
 * @param cancelRequested true once a call has asked for its end
 * @param progress its progress, or null
 */
record JobRow(
        Facts facts,
        State state,
        Attempts attempts,
        Items items,
        boolean cancelRequested,
        @Nullable Progress progress) {
    /** The version of a row that belongs to a trace with a state. Its lease is as in version 3. */
    private static final int STATE_VERSION = 4;

    /** The version of any other row with a lease that was extended for another time than it was taken for. */
    private static final int EXTENDED_VERSION = 3;

    /** The version of any other row that belongs to a trace. The rest has no byte for it, and the version before. */
    private static final int TRACED_VERSION = 2;

    private static final int UNTRACED_VERSION = 1;

    /** The states that a job has, in the order of the numbers in rows. */
    static final List<JobStatus> STATUSES = List.copyOf(EnumSet.complementOf(EnumSet.of(JobStatus.UNKNOWN)));

    /**
     * The parts of a job that never change.
     *
     * @param number its list number, by which it is also queued
     * @param resource the resource of the job, or null
     * @param runAt when the caller wanted it to run, or the time of the call that made it run earlier; 0 for at once
     * @param inputPieces pieces of the input
     * @param trace the trace of the call that made it, or null
     */
    record Facts(
            Id id,
            Id workspace,
            long number,
            String type,
            @Nullable Id resource,
            int priority,
            int attemptsMax,
            @Nullable String uniqueKey,
            long runAt,
            long createdAt,
            int inputPieces,
            @Nullable TraceParent trace) {
        private Facts with(long otherNumber, int piecesLeft) {
            return with(otherNumber, piecesLeft, runAt);
        }

        /** Returns the same, which was to run by a time at the latest. */
        private Facts dueBy(long time) {
            return runAt > time ? with(number, inputPieces, time) : this;
        }

        private Facts with(long otherNumber, int piecesLeft, long otherRunAt) {
            return new Facts(
                    id,
                    workspace,
                    otherNumber,
                    type,
                    resource,
                    priority,
                    attemptsMax,
                    uniqueKey,
                    otherRunAt,
                    createdAt,
                    piecesLeft,
                    trace);
        }
    }

    /** The states of a job. */
    sealed interface State {
        JobStatus status();
    }

    /**
     * Waits for its time, or in the queue.
     *
     * @param dueAt when it is to be queued, in epoch milliseconds; 0 unless it is scheduled
     */
    record Waits(long dueAt) implements State {
        private static final Waits QUEUED = new Waits(0);

        @Override
        public JobStatus status() {
            return dueAt == 0 ? JobStatus.QUEUED : JobStatus.SCHEDULED;
        }
    }

    /**
     * Runs.
     *
     * @param lease the lease of the worker outside of this JVM that runs it, or null if it runs in this JVM
     */
    record Runs(@Nullable Lease lease) implements State {
        @Override
        public JobStatus status() {
            return JobStatus.RUNNING;
        }
    }

    /**
     * Is final.
     *
     * @param at when it ended, in epoch milliseconds
     * @param resultPieces pieces of the result; 0 if there is none
     */
    record Ended(JobStatus status, long at, int resultPieces) implements State {}

    /**
     * The attempts of a job.
     *
     * @param begun how many attempts have begun
     * @param startedAt when the first attempt began; 0 before
     * @param error the problem of the last failed attempt, or null
     * @param lapses expired leases and crashes of this attempt since its last progress
     */
    record Attempts(int begun, long startedAt, byte @Nullable [] error, int lapses) {
        private static final Attempts NONE = new Attempts(0, 0, null, 0);

        private Attempts lapsed(int times) {
            return new Attempts(begun, startedAt, error, times);
        }
    }

    /**
     * The items of a job that counts outcomes.
     *
     * @param done items done; -1 for a job that counts none
     */
    record Items(int succeeded, int done) {}

    record Progress(long done, long total, String message) {}

    /**
     * The right of a worker to run a job.
     *
     * @param token the proof that the worker sends; it fences off earlier workers
     * @param seconds how long it lasts unless its holder asks for another time
     * @param beganAt when it was taken or last extended, in epoch milliseconds
     * @param expiresAt when it expires, in epoch milliseconds
     */
    record Lease(Id token, int seconds, long beganAt, long expiresAt) {
        /** Returns a lease that is taken now. */
        static Lease of(Id token, int seconds, long now) {
            return new Lease(token, seconds, now, now + TimeUnit.SECONDS.toMillis(seconds));
        }

        /** Returns the same, as if it were given now, for the time that it was given last. */
        Lease again(long now) {
            return new Lease(token, seconds, now, now + expiresAt - beganAt);
        }

        /** Returns the same, which lasts for so many seconds from now on. */
        Lease from(long now, int other) {
            return new Lease(token, seconds, now, now + TimeUnit.SECONDS.toMillis(other));
        }

        /** Returns true if it has expired. A jump of the clock does not make it expire. */
        boolean isOver(Context context) {
            return expiresAt <= context.rows().expiryTime(beganAt, context.now());
        }

        /** Returns true if it was extended for another time than it was taken for. */
        private boolean isExtended() {
            return expiresAt - beganAt != TimeUnit.SECONDS.toMillis(seconds);
        }

        private static Lease read(RowReader in) {
            Id token = in.id(IdKind.LEASE);
            int seconds = in.small();
            long expiresAt = in.number();
            long beganAt =
                    in.version() >= EXTENDED_VERSION ? in.number() : expiresAt - TimeUnit.SECONDS.toMillis(seconds);
            return new Lease(token, seconds, beganAt, expiresAt);
        }

        private void write(RowWriter out, int version) {
            out.id(token).small(seconds).number(expiresAt);
            if (version >= EXTENDED_VERSION) {
                out.number(beganAt);
            }
        }
    }

    static JobRow create(Facts facts, long now, boolean countsOutcomes) {
        State state = facts.runAt() > now ? new Waits(facts.runAt()) : Waits.QUEUED;
        return new JobRow(facts, state, Attempts.NONE, new Items(0, countsOutcomes ? 0 : -1), false, null);
    }

    JobStatus status() {
        return state.status();
    }

    /** Returns how many attempts have begun. */
    int attempt() {
        return attempts.begun();
    }

    /** Returns when it is to be queued; 0 unless it is scheduled. */
    long dueAt() {
        return state instanceof Waits waits ? waits.dueAt() : 0;
    }

    /** Returns when it became final; 0 before. */
    long finishedAt() {
        return state instanceof Ended ended ? ended.at() : 0;
    }

    /** Returns the pieces of the result; 0 if there is none. */
    int resultPieces() {
        return state instanceof Ended ended ? ended.resultPieces() : 0;
    }

    /** Returns the lease of the worker that runs it, or null. */
    @Nullable
    Lease lease() {
        return state instanceof Runs runs ? runs.lease() : null;
    }

    /** Returns the time at which it is to be queued, or the end of its lease, or 0. */
    long nextDue() {
        Lease lease = lease();
        return lease == null ? dueAt() : lease.expiresAt();
    }

    /**
     * Returns since when a queued job waits: the latest of its acceptance, its scheduled time and the start of its last
     * attempt.
     */
    long waitsSince() {
        return Math.max(facts.createdAt(), Math.max(facts.runAt(), attempts.startedAt()));
    }

    JobRow queued() {
        return moved(Waits.QUEUED, attempts);
    }

    /** Returns the same, queued before its time. */
    JobRow queuedAt(long now) {
        return new JobRow(facts.dueBy(now), Waits.QUEUED, attempts, items, cancelRequested, progress);
    }

    /** Returns the same, queued again with its attempts counted from 1. */
    JobRow retriedAt(long now) {
        return new JobRow(facts.dueBy(now), Waits.QUEUED, Attempts.NONE, items, false, null);
    }

    /** Returns the same, queued again without having used the attempt. */
    JobRow returned() {
        return moved(
                Waits.QUEUED, new Attempts(attempt() - 1, attempts.startedAt(), attempts.error(), attempts.lapses()));
    }

    JobRow running(long now) {
        return leased(null, now);
    }

    /** Returns the same, running at a worker under the lease, or in this JVM without one. */
    JobRow leased(@Nullable Lease lease, long now) {
        long startedAt = attempts.startedAt() == 0 ? now : attempts.startedAt();
        return moved(new Runs(lease), new Attempts(attempt() + 1, startedAt, attempts.error(), attempts.lapses()));
    }

    /** Returns the same with an extended lease. */
    JobRow extended(Lease next) {
        return moved(new Runs(next), attempts);
    }

    /** Returns the same, queued again without having used the attempt, because its lease has expired. */
    JobRow lapsed() {
        JobRow left = returned();
        return moved(Waits.QUEUED, left.attempts.lapsed(attempts.lapses() + 1));
    }

    JobRow scheduled(long at, byte[] problem) {
        return moved(new Waits(at), new Attempts(attempt(), attempts.startedAt(), problem, 0));
    }

    /** Returns the same, to be run again at a time, without having used the attempt. */
    JobRow snoozed(long at) {
        return moved(new Waits(at), new Attempts(attempt() - 1, attempts.startedAt(), null, 0));
    }

    JobRow ended(JobStatus end, long now, byte @Nullable [] problem, int pieces) {
        return moved(
                new Ended(end, now, pieces), new Attempts(attempt(), attempts.startedAt(), problem, attempts.lapses()));
    }

    JobRow cancelRequestedNow() {
        return new JobRow(facts, state, attempts, items, true, progress);
    }

    JobRow progressed(Progress next) {
        return new JobRow(facts, state, lease() == null ? attempts.lapsed(0) : attempts, items, cancelRequested, next);
    }

    /** Returns the same with one more item done, and progress out of so many. */
    JobRow itemDone(boolean well, int total) {
        Items next = new Items(items.succeeded() + (well ? 1 : 0), items.done() + 1);
        return new JobRow(
                facts, state, attempts.lapsed(0), next, cancelRequested, new Progress(next.done(), total, ""));
    }

    /** Returns an expired job with the pieces that it still has. */
    JobRow shrunk(int inputLeft, int resultLeft, int outcomesLeft) {
        Facts left = facts.with(facts.number(), inputLeft);
        State end = new Ended(status(), finishedAt(), resultLeft);
        return new JobRow(left, end, attempts, new Items(items.succeeded(), outcomesLeft), cancelRequested, progress);
    }

    /** Returns the job in another store. One that runs in this JVM is queued again there, without having used the attempt. */
    JobRow transferred(RowTranslation other) {
        JobRow left = status() == JobStatus.RUNNING && lease() == null ? returned() : this;
        Facts moved = facts.with(other.number(facts.number()), facts.inputPieces());
        return new JobRow(moved, left.state, left.attempts, items, cancelRequested, progress);
    }

    private JobRow moved(State next, Attempts known) {
        return new JobRow(facts, next, known, items, cancelRequested, progress);
    }

    /** Returns the time for which a finished job is kept. */
    static long keptMillis(Rows rows) {
        return rows.retention().jobs().toMillis();
    }

    /** Returns true if it ended so long ago that it is not shown any more. */
    boolean isExpired(Context context) {
        return finishedAt() != 0 && finishedAt() + keptMillis(context.rows()) <= context.now();
    }

    static JobRow read(byte[] row) {
        RowReader in = new RowReader(row, STATE_VERSION);
        Facts facts = new Facts(
                in.id(IdKind.JOB),
                in.id(IdKind.WORKSPACE),
                in.number(),
                in.text(),
                in.optionalId(IdKind.RESOURCE),
                in.small(),
                in.small(),
                in.optionalText(),
                in.number(),
                in.number(),
                in.small(),
                trace(in));
        JobStatus status = STATUSES.get(in.small());
        int begun = in.small();
        long dueAt = in.number();
        long startedAt = in.number();
        long finishedAt = in.number();
        boolean cancelRequested = in.small() == 1;
        Progress progress = in.small() == 0 ? null : new Progress(in.number(), in.number(), in.text());
        byte[] error = in.optionalBytes();
        int resultPieces = in.small();
        Items items = new Items(in.small(), in.small() - 1);
        Lease lease = in.small() == 0 ? null : Lease.read(in);
        Attempts attempts = new Attempts(begun, startedAt, error, in.small());
        State state = switch (status) {
            case SCHEDULED, QUEUED -> new Waits(dueAt);
            case RUNNING -> new Runs(lease);
            default -> new Ended(status, finishedAt, resultPieces);
        };
        return new JobRow(facts, state, attempts, items, cancelRequested, progress);
    }

    private static @Nullable TraceParent trace(RowReader in) {
        return switch (in.version()) {
            case UNTRACED_VERSION -> null;
            case TRACED_VERSION -> in.trace();
            case EXTENDED_VERSION -> in.small() == 1 ? in.trace() : null;
            default -> in.traceWithState();
        };
    }

    /** Returns the oldest version that has a place for all that the row holds. */
    private int version() {
        TraceParent trace = facts.trace();
        Lease lease = lease();
        if (trace != null && !trace.state().isEmpty()) {
            return STATE_VERSION;
        } else if (lease != null && lease.isExtended()) {
            return EXTENDED_VERSION;
        }
        return trace == null ? UNTRACED_VERSION : TRACED_VERSION;
    }

    byte[] row() {
        TraceParent trace = facts.trace();
        Lease lease = lease();
        int version = version();
        RowWriter out = new RowWriter(version)
                .id(facts.id())
                .id(facts.workspace())
                .number(facts.number())
                .text(facts.type())
                .optionalId(facts.resource())
                .small(facts.priority())
                .small(facts.attemptsMax())
                .optionalText(facts.uniqueKey())
                .number(facts.runAt())
                .number(facts.createdAt())
                .small(facts.inputPieces());
        if (version == EXTENDED_VERSION) {
            out.small(trace == null ? 0 : 1);
        }
        if (trace != null) {
            out.trace(trace);
        }
        out.small(status().ordinal())
                .small(attempt())
                .number(dueAt())
                .number(attempts.startedAt())
                .number(finishedAt())
                .small(cancelRequested ? 1 : 0)
                .small(progress == null ? 0 : 1);
        if (progress != null) {
            out.number(progress.done()).number(progress.total()).text(progress.message());
        }
        out.optionalBytes(attempts.error())
                .small(resultPieces())
                .small(items.succeeded())
                .small(items.done() + 1)
                .small(lease == null ? 0 : 1);
        if (lease != null) {
            lease.write(out, version);
        }
        return out.small(attempts.lapses()).row();
    }

    byte[] key() {
        return facts.workspace().keyOf(facts.id());
    }

    /**
     * Returns the key that names the only unfinished job of a type and unique key, or null if the job is not unique.
     */
    byte @Nullable [] uniqueKey() {
        return facts.uniqueKey() == null ? null : uniqueKey(facts.workspace(), facts.type(), facts.uniqueKey());
    }

    static byte[] uniqueKey(Id workspace, String type, String unique) {
        byte[] key = Arrays.copyOf(workspace.key(), 2 * Id.BYTES);
        byte[] digest = Bytes.sha256((type + "\0" + unique).getBytes(StandardCharsets.UTF_8));
        System.arraycopy(digest, 0, key, Id.BYTES, Id.BYTES);
        return key;
    }

    /** Renders the job as its GET shows it, with this result. */
    byte[] json(byte @Nullable [] result) {
        JsonBytes json = JsonBytes.object()
                .member("id", facts.id())
                .member("type", facts.type())
                .member("status", status().wireName());
        if (progress != null) {
            json.name("progress")
                    .open()
                    .member("done", progress.done())
                    .member("total", progress.total())
                    .member("message", progress.message())
                    .close();
        }
        if (result != null) {
            json.raw("result", result);
        }
        if (attempts.error() != null) {
            json.raw("error", attempts.error());
        }
        json.member("attempt", attempt()).member("maxAttempts", facts.attemptsMax());
        Id resource = facts.resource();
        if (resource != null) {
            json.member("resourceId", resource);
        }
        if (facts.runAt() == JobDraft.EPOCH) {
            json.member("runAt", Times.text(0));
        } else {
            time(json, "runAt", facts.runAt());
        }
        if (attempts.startedAt() != 0) {
            time(json, "nextAttemptAt", dueAt());
        }
        if (cancelRequested && !status().isFinal()) {
            json.member("cancelRequested", true);
        }
        json.member("createdAt", Times.text(facts.createdAt()));
        time(json, "startedAt", attempts.startedAt());
        time(json, "finishedAt", finishedAt());
        return json.end();
    }

    private static void time(JsonBytes json, String name, long millis) {
        if (millis != 0) {
            json.member(name, Times.text(millis));
        }
    }
}
