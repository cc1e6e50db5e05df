package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A job.
 *
 * @param id {@code job_…}
 * @param type the kind of work
 * @param status its state
 * @param result its result, once it has succeeded with one
 * @param error the problem document of its last failure
 * @param progress how far it is: {@code done}, {@code total} and {@code message}
 * @param cancelRequested true while the job runs and a call has asked for its end
 * @param attempt how many attempts have begun
 * @param maxAttempts the most attempts that may begin
 * @param resourceId the resource of the job, {@code res_…}
 * @param runAt when it was scheduled to run
 * @param nextAttemptAt when the next attempt is due
 * @param createdAt when it was accepted
 * @param startedAt when its first attempt began
 * @param finishedAt when its state became final
 * @param handled false while the job waits and its type has neither a handler in the engine's JVM nor a worker that
 *     leased within the last hour
 * @param json the value as the wire shows it
 */
public record Job(
        String id,
        String type,
        JobStatus status,
        Optional<Json> result,
        Optional<Json> error,
        Optional<Json> progress,
        boolean cancelRequested,
        int attempt,
        int maxAttempts,
        Optional<String> resourceId,
        Optional<Instant> runAt,
        Optional<Instant> nextAttemptAt,
        Instant createdAt,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt,
        boolean handled,
        Json json)
        implements WireValue {
    /** Refuses null. */
    public Job {
        Objects.requireNonNull(id, "id must not be null.");
        Objects.requireNonNull(type, "type must not be null.");
        Objects.requireNonNull(status, "status must not be null.");
        Objects.requireNonNull(result, "result must not be null.");
        Objects.requireNonNull(error, "error must not be null.");
        Objects.requireNonNull(progress, "progress must not be null.");
        Objects.requireNonNull(resourceId, "resourceId must not be null.");
        Objects.requireNonNull(runAt, "runAt must not be null.");
        Objects.requireNonNull(nextAttemptAt, "nextAttemptAt must not be null.");
        Objects.requireNonNull(createdAt, "createdAt must not be null.");
        Objects.requireNonNull(startedAt, "startedAt must not be null.");
        Objects.requireNonNull(finishedAt, "finishedAt must not be null.");
        Objects.requireNonNull(json, "json must not be null.");
    }

    /**
     * Reads a job from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Job of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return json.read(Job.class);
    }
}
