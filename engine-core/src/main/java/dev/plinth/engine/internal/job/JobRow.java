package dev.plinth.engine.internal.job;

import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.RowReader;
import dev.plinth.engine.internal.base.RowTranslation;
import dev.plinth.engine.internal.base.RowWriter;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.json.JsonBytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A job as it is stored. The row is small, because it is written again at every step. Input, result and outcomes are in
 * pieces of their own.
 *
 * @param facts the parts that never change
 * @param status its state
 * @param attempt how many attempts have begun
 * @param dueAt when it is to be queued, in epoch milliseconds; 0 unless it is scheduled
 * @param startedAt when the first attempt began; 0 before
 * @param finishedAt when it became final; 0 before
 * @param cancelRequested true once a call has asked for its end
 * @param progress its progress, or null
 * @param error the problem of the last failed attempt, or null
 * @param resultPieces pieces of the result; 0 if there is none
 * @param succeededItems items that succeeded, for a job that counts outcomes
 * @param doneItems items done, for a job that counts outcomes; -1 for others
 * @param lease the lease of a worker outside of this JVM that runs it; else null
 * @param lapses expired leases and crashes of this attempt since its last progress
 */
record JobRow(
        Facts facts,
        JobStatus status,
        int attempt,
        long dueAt,
        long startedAt,
        long finishedAt,
        boolean cancelRequested,
        @Nullable Progress progress,
        byte @Nullable [] error,
        int resultPieces,
        int succeededItems,
        int doneItems,
        @Nullable Lease lease,
        int lapses) {
    /** The version of a row that belongs to a trace. Any other row has no byte for it, and the version before. */
    private static final int VERSION = 3;

    private static final int UNTRACED_VERSION = 2;

    /**
     * The parts of a job that never change.
     *
     * @param number its list number, by which it is also queued
     * @param resource the resource of the job, or null
     * @param runAt when the caller wanted it to run; 0 for at once
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
            @Nullable TraceParent trace) {}

    /** The progress of a job. */
    record Progress(long done, long total, String message) {}

    /**
     * The right of a worker to run a job.
     *
     * @param token the proof that the worker sends; it fences off earlier workers
     * @param seconds how long it lasted when it was given
     * @param expiresAt when it expires, in epoch milliseconds
     */
    record Lease(Id token, int seconds, long expiresAt) {
        /** Returns the same, as if it were given now. */
        Lease from(long now) {
            return new Lease(token, seconds, now + TimeUnit.SECONDS.toMillis(seconds));
        }
    }

    static JobRow create(Facts facts, long now, boolean countsOutcomes) {
        boolean ahead = facts.runAt() > now;
        return new JobRow(
                facts,
                ahead ? JobStatus.SCHEDULED : JobStatus.QUEUED,
                0,
                ahead ? facts.runAt() : 0,
                0,
                0,
                false,
                null,
                null,
                0,
                0,
                countsOutcomes ? 0 : -1,
                null,
                0);
    }

    /** Returns the time at which it is to be queued, or the end of its lease, or 0. */
    long nextDue() {
        return lease == null ? dueAt : lease.expiresAt();
    }

    JobRow queued() {
        return moved(JobStatus.QUEUED, attempt, 0, startedAt, 0, error, 0);
    }

    /**
     * Returns since when a queued job waits: the latest of its acceptance, its scheduled time and the start of its last
     * attempt.
     */
    long waitsSince() {
        return Math.max(facts.createdAt(), Math.max(facts.runAt(), startedAt));
    }

    /** Returns the same, queued again with its attempts counted from 1. */
    JobRow retried() {
        return new JobRow(
                facts, JobStatus.QUEUED, 0, 0, 0, 0, false, null, null, 0, succeededItems, doneItems, null, 0);
    }

    /** Returns the same, queued again without having used the attempt. */
    JobRow returned() {
        return moved(JobStatus.QUEUED, attempt - 1, 0, startedAt, 0, error, 0);
    }

    JobRow running(long now) {
        return moved(JobStatus.RUNNING, attempt + 1, 0, startedAt == 0 ? now : startedAt, 0, error, 0);
    }

    /** Returns the same, running at a worker under the lease. */
    JobRow leased(Lease next, long now) {
        return running(now).with(next, lapses);
    }

    /** Returns the same with an extended lease. */
    JobRow prolonged(Lease next) {
        return with(next, lapses);
    }

    /** Returns the same, queued again without having used the attempt, because its lease has expired. */
    JobRow lapsed() {
        return returned().with(null, lapses + 1);
    }

    JobRow scheduled(long at, byte[] problem) {
        return moved(JobStatus.SCHEDULED, attempt, at, startedAt, 0, problem, 0).with(null, 0);
    }

    JobRow ended(JobStatus end, long now, byte @Nullable [] problem, int pieces) {
        return moved(end, attempt, 0, startedAt, now, problem, pieces);
    }

    JobRow cancelRequestedNow() {
        return noted(true, progress, succeededItems, doneItems, lapses);
    }

    JobRow progressed(Progress next) {
        return noted(cancelRequested, next, succeededItems, doneItems, lease == null ? 0 : lapses);
    }

    /** Returns the same with one more item done, and progress out of so many. */
    JobRow itemDone(boolean well, int total) {
        Progress next = new Progress(doneItems + 1L, total, "");
        return noted(cancelRequested, next, succeededItems + (well ? 1 : 0), doneItems + 1, 0);
    }

    /** Returns an expired job with the pieces that it still has. */
    JobRow shrunk(int inputLeft, int resultLeft, int outcomesLeft) {
        Facts left = new Facts(
                facts.id(),
                facts.workspace(),
                facts.number(),
                facts.type(),
                facts.resource(),
                facts.priority(),
                facts.attemptsMax(),
                facts.uniqueKey(),
                facts.runAt(),
                facts.createdAt(),
                inputLeft,
                facts.trace());
        return with(left, resultLeft, outcomesLeft);
    }

    private JobRow with(Facts others, int resultLeft, int outcomesLeft) {
        return new JobRow(
                others,
                status,
                attempt,
                dueAt,
                startedAt,
                finishedAt,
                cancelRequested,
                progress,
                error,
                resultLeft,
                succeededItems,
                outcomesLeft,
                lease,
                lapses);
    }

    /** Returns the job in another store. One that runs in this JVM is queued again there, without having used the attempt. */
    JobRow transferred(RowTranslation other) {
        JobRow left = status == JobStatus.RUNNING && lease == null ? returned() : this;
        Facts moved = new Facts(
                facts.id(),
                facts.workspace(),
                other.number(facts.number()),
                facts.type(),
                facts.resource(),
                facts.priority(),
                facts.attemptsMax(),
                facts.uniqueKey(),
                facts.runAt(),
                facts.createdAt(),
                facts.inputPieces(),
                facts.trace());
        return left.with(moved, left.resultPieces, left.doneItems);
    }

    /** Returns the time for which a finished job is kept. */
    static long keptMillis(Rows rows) {
        return rows.retention().jobs().toMillis();
    }

    /** Returns true if it ended so long ago that it is not shown any more. */
    boolean isExpired(Context context) {
        return finishedAt != 0 && finishedAt + keptMillis(context.rows()) <= context.now();
    }

    /** Returns the same job in another state. */
    private JobRow moved(
            JobStatus to,
            int tries,
            long nextDueAt,
            long begunAt,
            long endedAt,
            byte @Nullable [] problem,
            int pieces) {
        return new JobRow(
                facts,
                to,
                tries,
                nextDueAt,
                begunAt,
                endedAt,
                cancelRequested,
                progress,
                problem,
                pieces,
                succeededItems,
                doneItems,
                null,
                lapses);
    }

    private JobRow with(@Nullable Lease next, int lapsed) {
        return new JobRow(
                facts,
                status,
                attempt,
                dueAt,
                startedAt,
                finishedAt,
                cancelRequested,
                progress,
                error,
                resultPieces,
                succeededItems,
                doneItems,
                next,
                lapsed);
    }

    /** Returns the same job in the same state with more known of it. */
    private JobRow noted(boolean cancel, @Nullable Progress next, int succeeded, int done, int lapsed) {
        return new JobRow(
                facts,
                status,
                attempt,
                dueAt,
                startedAt,
                finishedAt,
                cancel,
                next,
                error,
                resultPieces,
                succeeded,
                done,
                lease,
                lapsed);
    }

    static JobRow read(byte[] row) {
        RowReader in = new RowReader(row, VERSION);
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
                in.version() < VERSION ? null : in.trace());
        return new JobRow(
                facts,
                JobStatus.stored(in.small()),
                in.small(),
                in.number(),
                in.number(),
                in.number(),
                in.small() == 1,
                in.small() == 0 ? null : new Progress(in.number(), in.number(), in.text()),
                in.optionalBytes(),
                in.small(),
                in.small(),
                in.small() - 1,
                in.version() < 2 || in.small() == 0 ? null : new Lease(in.id(IdKind.LEASE), in.small(), in.number()),
                in.version() < 2 ? 0 : in.small());
    }

    byte[] row() {
        TraceParent trace = facts.trace();
        RowWriter out = new RowWriter(trace == null ? UNTRACED_VERSION : VERSION)
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
        if (trace != null) {
            out.trace(trace);
        }
        out.small(status.ordinal())
                .small(attempt)
                .number(dueAt)
                .number(startedAt)
                .number(finishedAt)
                .small(cancelRequested ? 1 : 0)
                .small(progress == null ? 0 : 1);
        if (progress != null) {
            out.number(progress.done()).number(progress.total()).text(progress.message());
        }
        out.optionalBytes(error)
                .small(resultPieces)
                .small(succeededItems)
                .small(doneItems + 1)
                .small(lease == null ? 0 : 1);
        if (lease != null) {
            out.id(lease.token()).small(lease.seconds()).number(lease.expiresAt());
        }
        return out.small(lapses).row();
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
        JsonBytes json = new JsonBytes()
                .open()
                .member("id", facts.id())
                .member("type", facts.type())
                .member("status", status.wireName());
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
        if (error != null) {
            json.raw("error", error);
        }
        json.member("attempt", attempt).member("maxAttempts", facts.attemptsMax());
        Id resource = facts.resource();
        if (resource != null) {
            json.member("resourceId", resource);
        }
        time(json, "runAt", facts.runAt());
        if (attempt > 0) {
            time(json, "nextAttemptAt", dueAt);
        }
        if (cancelRequested && !status.isFinal()) {
            json.member("cancelRequested", true);
        }
        json.member("createdAt", Times.text(facts.createdAt()));
        time(json, "startedAt", startedAt);
        time(json, "finishedAt", finishedAt);
        return json.close().bytes();
    }

    private static void time(JsonBytes json, String name, long millis) {
        if (millis != 0) {
            json.member(name, Times.text(millis));
        }
    }
}
