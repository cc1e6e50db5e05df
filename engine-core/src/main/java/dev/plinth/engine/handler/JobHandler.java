package dev.plinth.engine.handler;

import dev.plinth.engine.api.JobFailure;
import dev.plinth.engine.api.JobSnooze;
import dev.plinth.engine.api.Json;
import org.jspecify.annotations.Nullable;

/**
 * The host's code for one type of job.
 *
 * <p>It runs on the engine's executor, at least once. After a crash it may run again, so it should be idempotent.
 * Several jobs of one type may run at once.
 *
 * <p>Changes that belong to the job are recorded with {@link JobContext#effects}. They happen once, together with its
 * success, however often the code runs.
 *
 * <p>A job belongs to its workspace, not to the key that started it. If the workspace is suspended or the key revoked,
 * an attempt in flight goes on and its result stands. A suspended workspace begins no further attempt.
 *
 * <p>A failed attempt is followed by another one after min(attempt<sup>4</sup>, 86,400) seconds, plus up to 10 %. The 20
 * attempts that a job has by default take some six days in all.
 *
 * <p>A crash does not use up an attempt. The third crash of one attempt without progress in between fails the job
 * ({@code job_crashed}), because the job may be what kills the process.
 */
@FunctionalInterface
public interface JobHandler {
    /**
     * Does the job.
     *
     * @return the result, at most 512 KiB, or null if there is none
     * @throws JobFailure to fail with a code, and to say whether and when another attempt makes sense
     * @throws JobSnooze to be run again later, without having used the attempt
     * @throws dev.plinth.engine.api.PlinthException of a call that the code has made; the attempt fails with its code
     * @throws Exception any other failure; the engine may retry
     */
    @Nullable
    Json handle(JobContext job) throws Exception;
}
