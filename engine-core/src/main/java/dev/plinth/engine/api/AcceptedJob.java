package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The immediate answer to a call that starts a job.
 */
public final class AcceptedJob extends JsonView {
    private AcceptedJob(Json json) {
        super(json, List.of("job_id", "status"));
    }

    /**
     * Reads an accepted job from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static AcceptedJob of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return new AcceptedJob(json);
    }

    /** Returns the id of the job to poll, {@code job_…}. */
    public String jobId() {
        return text("job_id");
    }

    /** Returns {@code QUEUED} or {@code SCHEDULED}; if the call was deduplicated, the status of the earlier job. */
    public JobStatus status() {
        return word("status", JobStatus.class);
    }

    /** Returns true if a job with the same unique key existed already. */
    public boolean deduplicated() {
        return isTrue("deduplicated");
    }

    /** Returns the resource of the job, {@code res_…}. */
    public Optional<String> resourceId() {
        return optionalText("resourceId");
    }
}
