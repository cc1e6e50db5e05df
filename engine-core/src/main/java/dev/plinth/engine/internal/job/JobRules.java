package dev.plinth.engine.internal.job;

import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The common parts of every step of a job: its row, its unique key, its event. Pure. */
final class JobRules {
    private static final long GAP_SECONDS_MAX = TimeUnit.DAYS.toSeconds(1);
    private static final double JITTER = 0.1;

    private JobRules() {}

    /**
     * The failure of an attempt.
     *
     * @param problem what the job shows of it, a problem document
     * @param retryable false if no other attempt is to follow
     * @param gapMillis how long the next attempt waits, or {@link #USUAL_GAP}
     */
    record Failure(byte[] problem, boolean retryable, long gapMillis) {
        /** The gap of a failure that asks for none. */
        static final long USUAL_GAP = -1;

        private long gap(int attempt, double chance) {
            return gapMillis == USUAL_GAP ? JobRules.gap(attempt, chance) : gapMillis;
        }
    }

    /** Returns the changes that take a job to its next row, with the event of its end if it ends. */
    static Changes step(Context context, JobRow next) {
        Changes changes = new Changes().put(JobTables.JOBS, next.key(), next.row());
        addEnd(context.rows(), next, null, changes);
        return changes;
    }

    /** Returns a job that ends with a result. */
    static JobRow succeeded(Context context, JobRow row, byte[] result) {
        return row.ended(JobStatus.SUCCEEDED, context.now(), null, JobPieces.count(result));
    }

    /** Returns the changes of that end. */
    static Changes succeed(Context context, JobRow succeeded, byte[] result) {
        Changes changes = new Changes().put(JobTables.JOBS, succeeded.key(), succeeded.row());
        JobRow.Facts facts = succeeded.facts();
        JobPieces.put(changes, facts.workspace(), facts.id(), JobPieces.Kind.RESULT, result);
        addEnd(context.rows(), succeeded, result.length == 0 ? null : result, changes);
        return changes;
    }

    /** Returns a job after a failed attempt, which waits for another attempt or has ended. */
    static JobRow failed(Context context, JobRow row, Failure failure) {
        if (isToEnd(context, row)) {
            return canceled(context, row);
        }
        if (!failure.retryable() || row.attempt() >= row.facts().attemptsMax()) {
            return row.ended(JobStatus.FAILED, context.now(), failure.problem(), 0);
        }
        return row.scheduled(context.now() + failure.gap(row.attempt(), context.chance()), failure.problem());
    }

    /** Returns a job whose run asks to be done again after so long, without having used the attempt. */
    static JobRow snoozed(Context context, JobRow row, long delayMillis) {
        return isToEnd(context, row) ? canceled(context, row) : row.snoozed(context.now() + delayMillis);
    }

    /** Returns a job that ends because a call, or the end of a share, has asked for that. */
    static JobRow canceled(Context context, JobRow row) {
        return row.ended(JobStatus.CANCELED, context.now(), null, 0);
    }

    /** Returns true if a call, or the end of a share, has asked for the end of a job. */
    static boolean isToEnd(Context context, JobRow row) {
        return Cancellations.shown(context.rows(), row).cancelRequested();
    }

    /** Returns the gap after an attempt: {@code min(attempt^4 s, 1 day)}, plus up to 10 % that only adds. */
    static long gap(int attempt, double chance) {
        long square = (long) attempt * attempt;
        long millis = TimeUnit.SECONDS.toMillis(Math.min(GAP_SECONDS_MAX, square * square));
        return millis + (long) (millis * JITTER * chance);
    }

    /** Returns the result of a job as its GET shows it, or null. */
    static byte @Nullable [] result(Rows rows, JobRow row) {
        return result(rows, row, Long.MAX_VALUE);
    }

    /** Returns the same if it has at most as many bytes as an event shows, else null. */
    static byte @Nullable [] shortResult(Rows rows, JobRow row) {
        byte[] result = result(rows, row, Limits.JOB_RESULT_IN_EVENT_BYTES_MAX);
        return result == null || result.length <= Limits.JOB_RESULT_IN_EVENT_BYTES_MAX ? result : null;
    }

    /** Returns the same up to so many bytes, without reading far beyond them. Returns null if it has more. */
    private static byte @Nullable [] result(Rows rows, JobRow row, long bytesMax) {
        if (row.status() != JobStatus.SUCCEEDED
                && !(row.status().isFinal() && row.items().done() > 0)) {
            return null;
        }
        if (row.items().done() < 0) {
            return row.resultPieces() == 0
                    ? null
                    : JobPieces.join(rows, row.facts().id(), JobPieces.Kind.RESULT, row.resultPieces());
        }
        List<byte[]> outcomes = new ArrayList<>();
        long bytes = 0;
        for (int i = 0; i < row.items().done() && bytes <= bytesMax; i++) {
            byte[] outcome = JobPieces.get(rows, row.facts().id(), JobPieces.Kind.OUTCOME, i);
            if (outcome != null) {
                outcomes.add(outcome);
                bytes += outcome.length;
            }
        }
        if (bytes > bytesMax) {
            return null;
        }
        JsonBytes json = JsonBytes.object()
                .member("succeeded", row.items().succeeded())
                .member("failed", row.items().done() - row.items().succeeded())
                .name("outcomes")
                .openArray();
        outcomes.forEach(json::raw);
        return json.closeArray().end();
    }

    private static void addEnd(Rows rows, JobRow row, byte @Nullable [] result, Changes changes) {
        if (!row.status().isFinal()) {
            return;
        }
        byte[] unique = row.uniqueKey();
        if (unique != null && row.facts().id().equals(JobTables.holder(rows, unique))) {
            changes.remove(JobTables.UNIQUE, unique);
        }
        // Inside the writer lock, ten thousand outcomes are not put together to find that they are too long.
        byte[] shown = result == null ? result(rows, row, Limits.JOB_RESULT_IN_EVENT_BYTES_MAX) : result;
        boolean fits = shown == null || shown.length <= Limits.JOB_RESULT_IN_EVENT_BYTES_MAX;
        changes.event(new Changes.EventDraft(
                row.facts().workspace(),
                "job." + row.status().wireName(),
                row.facts().resource(),
                row.json(fits ? shown : null),
                row.facts().trace()));
    }
}
