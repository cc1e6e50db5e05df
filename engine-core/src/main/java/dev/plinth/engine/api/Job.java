package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.Optional;

/**
 * A job.
 *
 * @param id {@code job_…}
 * @param type what kind of work
 * @param status where it stands
 * @param result what came of it, once it succeeded with a result
 * @param error the problem document of its last failure
 * @param progress how far it is: {@code done}, {@code total} and {@code message}
 * @param cancelRequested true while it runs and somebody has asked for its end
 * @param attempt how many attempts have begun
 * @param maxAttempts how many there may be
 * @param resourceId the resource that it is about, {@code res_…}
 * @param runAt when it was to run
 * @param nextAttemptAt when it is tried again
 * @param createdAt when it was accepted
 * @param startedAt when its first attempt began
 * @param finishedAt when it became final
 * @param handled false while it waits and neither a handler in the engine's JVM nor a worker within the last hour takes its type
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
    /**
     * Reads what the wire shows.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Job of(Json json) {
        return json.read(Job.class);
    }
}
