package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;

/**
 * What an asynchronous operation answers at once.
 *
 * @param jobId what to poll for, {@code job_…}
 * @param status queued or scheduled; that of the first one if it was deduplicated
 * @param deduplicated true if a job with the same unique key was there already
 * @param json the value as the wire shows it
 */
public record AcceptedJob(String jobId, JobStatus status, boolean deduplicated, Json json) implements WireValue {
    /**
     * Reads what the wire shows of a job that was accepted.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static AcceptedJob of(Json json) {
        return json.read(AcceptedJob.class);
    }
}
