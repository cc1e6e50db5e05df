package dev.plinth.engine.internal.job;

import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.timer.DueIndex;
import dev.plinth.engine.internal.timer.Retention;
import dev.plinth.engine.internal.timer.SweepBatch;

/** Deletes expired jobs with their pieces. A job with many pieces shrinks over several steps, and its row goes last. */
final class JobRetention implements Retention {
    @Override
    public String name() {
        return "jobs";
    }

    @Override
    public long nextExpiry(Rows rows) {
        long first = DueIndex.nextTime(rows, JobTables.FINISHED_DUE_KIND, Rows.NONE);
        return first == Rows.NONE ? NEVER : first + JobRow.keptMillis(rows);
    }

    @Override
    public void collect(Context context, long nowMillis, SweepBatch batch) {
        Rows rows = context.rows();
        long until = nowMillis - JobRow.keptMillis(rows);
        DueIndex.forEach(rows, JobTables.FINISHED_DUE_KIND, until, number -> {
            byte[] row = rows.at(number);
            if (row != null) {
                remove(JobRow.read(row), row.length, batch);
            }
            return !batch.isFull();
        });
    }

    /** Adds the removal of a job to a batch, or of as much of it as fits. */
    static void remove(JobRow row, int rowBytes, SweepBatch batch) {
        int outcomes = JobPieces.remove(batch, row.facts().id(), JobPieces.Kind.OUTCOME, Math.max(0, row.doneItems()));
        int result = JobPieces.remove(batch, row.facts().id(), JobPieces.Kind.RESULT, row.resultPieces());
        int input = JobPieces.remove(
                batch, row.facts().id(), JobPieces.Kind.INPUT, row.facts().inputPieces());
        if (outcomes + result + input == 0) {
            batch.remove(JobTables.JOBS, row.key(), rowBytes);
        } else {
            JobRow left = row.shrunk(input, result, row.doneItems() < 0 ? row.doneItems() : outcomes);
            batch.put(JobTables.JOBS, left.key(), left.row());
        }
    }
}
