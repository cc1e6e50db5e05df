package dev.plinth.engine.internal.job;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import org.jspecify.annotations.Nullable;

/**
 * The members of a new job.
 *
 * @param type the kind of work
 * @param input the input, compact
 * @param resource the resource of the job, or null
 * @param runAt when to run it, in epoch milliseconds; 0 for at once, {@link #EPOCH} for the time 0
 * @param priority 1 first, 4 last
 * @param uniqueKey keeps a second job of the type out while the first is not final, or null
 * @param attemptsMax the most attempts
 * @param countsOutcomes true for a job of items
 */
public record JobDraft(
        String type,
        byte[] input,
        @Nullable Id resource,
        long runAt,
        int priority,
        @Nullable String uniqueKey,
        int attemptsMax,
        boolean countsOutcomes) {
    /** Stands for the time 0, because 0 stands for none. */
    public static final long EPOCH = Long.MIN_VALUE;

    /** The default priority. */
    public static final int PRIORITY_DEFAULT = 3;

    /** The last priority. */
    public static final int PRIORITY_LAST = 4;

    /** Returns a job to run at once. */
    public static JobDraft now(String type, byte[] input) {
        return new JobDraft(type, input, null, 0, PRIORITY_DEFAULT, null, Limits.JOB_ATTEMPTS_DEFAULT, false);
    }

    /** Returns this draft about a resource. */
    public JobDraft about(Id id) {
        return new JobDraft(type, input, id, runAt, priority, uniqueKey, attemptsMax, countsOutcomes);
    }

    /** Returns this draft as a job of items. */
    public JobDraft ofItems() {
        return new JobDraft(type, input, resource, runAt, priority, uniqueKey, attemptsMax, true);
    }
}
