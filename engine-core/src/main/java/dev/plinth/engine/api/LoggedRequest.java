package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A request of the workspace and what it was answered.
 *
 * @param id {@code req_…}, as its answer's {@code Request-Id} said
 * @param method the HTTP method, also of a call in Java
 * @param route the path with its variables in braces
 * @param path the path with their values, at most 512 characters of it; never the query
 * @param status the HTTP status code
 * @param code why it was refused
 * @param keyId the API key that called, {@code key_…}; empty if the host's own code did
 * @param byHost true if the host's own code called, by {@code Engine.workspace}
 * @param idempotencyKey the key that it was sent under
 * @param idempotency what became of that key: {@code executed}, {@code replayed}, {@code mismatch} or {@code in_use}; empty if
 *     the request was refused before
 * @param durationMicros how long it took in microseconds of real time
 * @param createdAt when it came
 * @param events the events that it caused, the first 100 of them
 * @param jobs the jobs that it started
 * @param json the value as the wire shows it
 */
public record LoggedRequest(
        String id,
        String method,
        String route,
        String path,
        int status,
        Optional<String> code,
        Optional<String> keyId,
        boolean byHost,
        Optional<String> idempotencyKey,
        Optional<String> idempotency,
        long durationMicros,
        Instant createdAt,
        List<String> events,
        List<String> jobs,
        Json json)
        implements WireValue {
    /** Copies the lists. */
    public LoggedRequest {
        events = List.copyOf(events);
        jobs = List.copyOf(jobs);
    }

    /**
     * Reads what the wire shows.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static LoggedRequest of(Json json) {
        return json.read(LoggedRequest.class);
    }
}
