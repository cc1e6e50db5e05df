package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A request of the workspace with the outcome of its answer.
 *
 * @param id {@code req_…}, as the {@code Request-Id} of its answer
 * @param method the HTTP method, also of a call in Java
 * @param route the path with its variables in braces
 * @param path the path with the values of its variables, cut to 512 characters; never the query
 * @param status the HTTP status code
 * @param step the step of the order of evaluation at which it ended, 1–14; 8 for a replay, 14 for a success
 * @param code the problem code of a refusal
 * @param detail the sentence of a refusal, cut to 2,000 characters
 * @param errors the first 20 errors of the input
 * @param policy the name of the rate limit that refused it
 * @param keyId the API key of the caller, {@code key_…}; empty if the host's own code called
 * @param byHost true if the host's own code called, by {@code Engine.workspace}
 * @param node the node of a shared log that has forwarded it to the leader
 * @param idempotencyKey the idempotency key that was sent
 * @param idempotency what its idempotency key did; empty if the request was refused before its key was looked at
 * @param units the rate-limit units that it took; 0 if it ended before the rate limit or was refused by it
 * @param duration how long it took in real time, in whole microseconds
 * @param createdAt when it arrived
 * @param events the first 100 events that it caused
 * @param jobs the jobs that it started
 * @param json the value as the wire shows it
 */
public record LoggedRequest(
        String id,
        String method,
        String route,
        String path,
        int status,
        int step,
        Optional<String> code,
        Optional<String> detail,
        List<ProblemError> errors,
        Optional<String> policy,
        Optional<String> keyId,
        boolean byHost,
        Optional<String> node,
        Optional<String> idempotencyKey,
        Optional<KeyUse> idempotency,
        long units,
        Duration duration,
        Instant createdAt,
        List<String> events,
        List<String> jobs,
        Json json)
        implements WireValue {
    /** Refuses null. Copies the lists. */
    public LoggedRequest {
        Objects.requireNonNull(id, "id must not be null.");
        Objects.requireNonNull(method, "method must not be null.");
        Objects.requireNonNull(route, "route must not be null.");
        Objects.requireNonNull(path, "path must not be null.");
        Objects.requireNonNull(code, "code must not be null.");
        Objects.requireNonNull(detail, "detail must not be null.");
        Objects.requireNonNull(errors, "errors must not be null.");
        Objects.requireNonNull(policy, "policy must not be null.");
        Objects.requireNonNull(keyId, "keyId must not be null.");
        Objects.requireNonNull(node, "node must not be null.");
        Objects.requireNonNull(idempotencyKey, "idempotencyKey must not be null.");
        Objects.requireNonNull(idempotency, "idempotency must not be null.");
        Objects.requireNonNull(duration, "duration must not be null.");
        Objects.requireNonNull(createdAt, "createdAt must not be null.");
        Objects.requireNonNull(events, "events must not be null.");
        Objects.requireNonNull(jobs, "jobs must not be null.");
        Objects.requireNonNull(json, "json must not be null.");
        errors = List.copyOf(errors);
        events = List.copyOf(events);
        jobs = List.copyOf(jobs);
    }

    /**
     * Reads a logged request from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static LoggedRequest of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return json.read(LoggedRequest.class);
    }

    /** The effect of an idempotency key on a request. */
    public enum KeyUse {
        /** The key was new, and the call was executed. */
        @JsonProperty("executed")
        EXECUTED,
        /** The key was known, and its first answer was given again. */
        @JsonProperty("replayed")
        REPLAYED,
        /** The key belongs to another request, so this request was refused. */
        @JsonProperty("mismatch")
        MISMATCH,
        /** The first request with the key had not ended, so this request was refused. */
        @JsonProperty("in_use")
        IN_USE
    }
}
