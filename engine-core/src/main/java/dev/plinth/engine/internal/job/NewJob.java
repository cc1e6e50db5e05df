package dev.plinth.engine.internal.job;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import org.jspecify.annotations.Nullable;

/**
 * What a new job is to be.
 *
 * @param type what kind of work
 * @param input the input, compact
 * @param resource the resource that it is about, or null
 * @param runAt when to run it, in epoch milliseconds; 0 for at once
 * @param priority 1 first, 4 last
 * @param uniqueKey keeps a second one of the type out while the first is not final, or null
 * @param attemptsMax how many attempts at most
 * @param countsOutcomes true for a job that consists of items
 */
public record NewJob(
        String type,
        byte[] input,
        @Nullable Id resource,
        long runAt,
        int priority,
        @Nullable String uniqueKey,
        int attemptsMax,
        boolean countsOutcomes) {
    /** The priority where the caller does not say. */
    public static final int PRIORITY_DEFAULT = 3;

    /** The last priority. */
    public static final int PRIORITY_LAST = 4;

    /** A job to run at once. */
    public static NewJob now(String type, byte[] input) {
        return new NewJob(type, input, null, 0, PRIORITY_DEFAULT, null, Limits.JOB_ATTEMPTS_DEFAULT, false);
    }

    /** The same about a resource. */
    public NewJob about(Id id) {
        return new NewJob(type, input, id, runAt, priority, uniqueKey, attemptsMax, countsOutcomes);
    }

    /** The same as a job that consists of items. */
    public NewJob ofItems() {
        return new NewJob(type, input, resource, runAt, priority, uniqueKey, attemptsMax, true);
    }
}
