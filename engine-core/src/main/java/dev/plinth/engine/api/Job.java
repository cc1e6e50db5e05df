package dev.plinth.engine.api;

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
 * @param attempt how many attempts have begun
 * @param maxAttempts how many there may be
 * @param resourceId the resource that it is about, {@code res_…}
 * @param createdAt when it was accepted
 * @param finishedAt when it became final
 */
public record Job(
        String id,
        String type,
        JobStatus status,
        Optional<Json> result,
        Optional<Json> error,
        int attempt,
        int maxAttempts,
        Optional<String> resourceId,
        Instant createdAt,
        Optional<Instant> finishedAt) {}
