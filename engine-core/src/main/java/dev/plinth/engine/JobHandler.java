package dev.plinth.engine;

import dev.plinth.engine.api.JobFailure;
import dev.plinth.engine.api.Json;
import org.jspecify.annotations.Nullable;

/**
 * The host's code for one type of job.
 *
 * <p>It runs on the engine's executor, at least once: after a crash it may run again, so it should be idempotent. Several jobs of
 * one type may run at once. A job belongs to its workspace, not to the key that started it. When the workspace is suspended or the key
 * revoked, an attempt that has begun goes on and its result stands; a suspended workspace begins no other.
 *
 * <p>A crash does not use an attempt, but the third one in an attempt that has not reported progress since the one before fails the job
 * ({@code job_crashed}): it may be what kills the process.
 */
@FunctionalInterface
public interface JobHandler {
    /**
     * Does the job.
     *
     * @return the result, at most 512 KiB, or null if there is none
     * @throws JobFailure to fail with a code and to say whether another attempt makes sense
     * @throws Exception any other failure counts as one that may be retried
     */
    @Nullable
    Json handle(JobContext job) throws Exception;
}
