package dev.plinth.engine.internal.job;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.rows.Changes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/**
 * The newest progress that workers have reported. A job's row takes it once in {@link Limits#PROGRESS_MILLIS_MIN}, and
 * with any other change of the row; readers see it at once. It is in memory only, so a crash loses the progress that no
 * row has taken. Thread-safe.
 */
final class ProgressReports {
    private final Map<Id, Report> reports = new ConcurrentHashMap<>();

    ProgressReports() {}

    /** Returns a job with its newest progress, for readers and for its next change. */
    JobRow of(JobRow row) {
        Report report = reports.isEmpty() ? null : reports.get(row.facts().id());
        return report != null && report.isOf(row) ? row.progressed(report.progress) : row;
    }

    /** Takes a report. Returns true if the row has to take it too. */
    boolean note(Context context, JobRow row, JobRow.Progress progress) {
        Id job = row.facts().id();
        JobRow.Lease lease = row.lease();
        if (lease == null) {
            return true;
        }
        Report last = reports.get(job);
        boolean isDue = last == null
                || !last.isOf(row)
                || context.now() - last.writtenAt >= Limits.PROGRESS_MILLIS_MIN
                || context.now() < last.writtenAt;
        if (last != null || reports.size() < Limits.PROGRESS_REPORTS_MAX) {
            long writtenAt = last == null || isDue ? context.now() : last.writtenAt;
            reports.put(job, new Report(row.facts().workspace(), lease.token(), progress, writtenAt, isDue));
        }
        return isDue;
    }

    /** Forgets the reports of a job that is not under a lease any more. */
    void committed(Changes.Write write) {
        byte[] row = write.row();
        if (!reports.isEmpty()
                && write.isIn(JobTables.JOBS)
                && (row == null || JobRow.read(row).lease() == null)) {
            reports.remove(Id.read(IdKind.JOB, write.key(), Id.BYTES));
        }
    }

    /** Writes the progress that no row has taken. */
    void writeAll(BiConsumer<Caller, Command.Change> commit) {
        List<Map.Entry<Id, Report>> all = new ArrayList<>(reports.entrySet());
        for (Map.Entry<Id, Report> entry : all) {
            if (!entry.getValue().isWritten) {
                commit.accept(Caller.engineFor(entry.getValue().workspace), write(entry.getKey()));
            }
        }
    }

    private Command.Change write(Id job) {
        return context -> {
            JobRow row = context.rows().find(JobTables.JOBS, context.workspace().keyOf(job));
            JobRow next = row == null ? null : of(row);
            return row == null || next == null || next.equals(row)
                    ? Decision.nothing(StepOutcome.Plain.TOO_LATE)
                    : Decision.of(JobRules.step(context, next), StepOutcome.Plain.DONE);
        };
    }

    /**
     * A report.
     *
     * @param token its lease
     * @param writtenAt when the row last took a report, in epoch milliseconds
     * @param isWritten true if the row took this one
     */
    private record Report(Id workspace, Id token, JobRow.Progress progress, long writtenAt, boolean isWritten) {
        boolean isOf(JobRow row) {
            JobRow.Lease lease = row.lease();
            return lease != null && lease.token().equals(token);
        }
    }
}
