package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.Objects;

/**
 * The immediate answer to a call that starts a job.
 *
 * @param jobId the id of the job to poll, {@code job_…}
 * @param status queued or scheduled; if the call was deduplicated, the status of the earlier job
 * @param deduplicated true if a job with the same unique key existed already
 * @param json the value as the wire shows it
 */
public record AcceptedJob(String jobId, JobStatus status, boolean deduplicated, Json json) implements WireValue {
    /** Refuses null. */
    public AcceptedJob {
        Objects.requireNonNull(jobId, "jobId must not be null.");
        Objects.requireNonNull(status, "status must not be null.");
        Objects.requireNonNull(json, "json must not be null.");
    }

    /**
     * Reads an accepted job from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static AcceptedJob of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return json.read(AcceptedJob.class);
    }
}
