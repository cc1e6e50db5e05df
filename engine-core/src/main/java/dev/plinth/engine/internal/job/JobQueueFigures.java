package dev.plinth.engine.internal.job;

import dev.plinth.engine.api.JobFigures;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.store.Store;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Counts the queued jobs of all workspaces without a handler, and computes how long the oldest ones have waited.
 * Thread-safe.
 */
final class JobQueueFigures implements Supplier<JobFigures> {
    /** Rows that are read together, so that a busy writer does not make a long read start again. */
    private static final int ROWS_AT_ONCE = 100;

    private static final long NOTHING = Long.MAX_VALUE;

    private final Store store;
    private final HandledTypes handled;

    /** Counts the jobs of a store. */
    JobQueueFigures(Store store, HandledTypes handled) {
        this.store = store;
        this.handled = handled;
    }

    /** Returns the present figures. Jobs without a handler never run, so they are among the oldest. */
    @Override
    public JobFigures get() {
        long now = store.nowMillis();
        Part part = new Part(Rows.NONE, 0, NOTHING, NOTHING);
        for (int looked = 0; looked < Limits.QUEUED_JOBS_EXAMINED_MAX; looked += ROWS_AT_ONCE) {
            Part before = part;
            AtomicReference<Part> found = new AtomicReference<>(before);
            long last = store.look(rows -> {
                found.set(next(rows, before, now));
                return found.get().last();
            });
            part = found.get();
            if (last == Rows.NONE) {
                break;
            }
        }
        JobFigures figures = JobFigures.of(part.unhandled());
        if (part.oldestUnhandledAt() != NOTHING) {
            figures = figures.withOldestUnhandled(age(now, part.oldestUnhandledAt()));
        }
        return part.oldestQueuedAt() == NOTHING ? figures : figures.withOldestQueued(age(now, part.oldestQueuedAt()));
    }

    private Part next(Rows rows, Part before, long now) {
        SetKey queued = JobTables.ofAllByStatus(JobStatus.QUEUED);
        Part part = before;
        for (int i = 0; i < ROWS_AT_ONCE; i++) {
            long number = rows.ceiling(queued, part.last() + 1);
            JobRow job = rows.at(JobTables.JOBS, number);
            if (job == null) {
                return part.endingAt(Rows.NONE);
            }
            part = part.with(job, handled.isMissingFor(job, rows, now)).endingAt(number);
        }
        return part;
    }

    private static Duration age(long now, long since) {
        return Duration.ofMillis(Math.max(0, now - since));
    }

    private record Part(long last, long unhandled, long oldestUnhandledAt, long oldestQueuedAt) {
        Part with(JobRow job, boolean isUnhandled) {
            long since = job.waitsSince();
            return new Part(
                    last,
                    unhandled + (isUnhandled ? 1 : 0),
                    isUnhandled ? Math.min(oldestUnhandledAt, since) : oldestUnhandledAt,
                    Math.min(oldestQueuedAt, since));
        }

        Part endingAt(long number) {
            return new Part(number, unhandled, oldestUnhandledAt, oldestQueuedAt);
        }
    }
}
