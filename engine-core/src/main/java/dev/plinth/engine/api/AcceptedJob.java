package dev.plinth.engine.api;

/**
 * What an asynchronous operation answers at once.
 *
 * @param jobId what to poll for, {@code job_…}
 * @param status queued or scheduled; that of the first one if it was deduplicated
 * @param deduplicated true if a job with the same unique key was there already
 */
public record AcceptedJob(String jobId, JobStatus status, boolean deduplicated) {}
