package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A request of the workspace with the outcome of its answer.
 */
public final class LoggedRequest extends JsonView {
    private LoggedRequest(Json json) {
        super(
                json,
                List.of(
                        "id",
                        "method",
                        "route",
                        "path",
                        "status",
                        "step",
                        "units",
                        "durationMicros",
                        "createdAt",
                        "caused"));
    }

    /**
     * Reads a logged request from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static LoggedRequest of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return new LoggedRequest(json);
    }

    /** Returns {@code req_…}, as the {@code Request-Id} of its answer. */
    public String id() {
        return text("id");
    }

    /** Returns the HTTP method, also of a call in Java. */
    public String method() {
        return text("method");
    }

    /** Returns the path with its variables in braces. */
    public String route() {
        return text("route");
    }

    /** Returns the path with the values of its variables, cut to 512 characters; never the query. */
    public String path() {
        return text("path");
    }

    /** Returns the HTTP status code. */
    public int status() {
        return (int) number("status");
    }

    /** Returns the step of the order of evaluation at which it ended, 1–14; 8 for a replay, 14 for a success. */
    public int step() {
        return (int) number("step");
    }

    /** Returns the problem code of a refusal. */
    public Optional<String> code() {
        return optionalText("code");
    }

    /** Returns the sentence of a refusal, cut to 2,000 characters. */
    public Optional<String> detail() {
        return optionalText("detail");
    }

    /** Returns the first 20 errors of the input. */
    public List<ProblemError> errors() {
        return has("errors") ? list("errors", ProblemError.class) : List.of();
    }

    /** Returns the name of the rate limit that refused it. */
    public Optional<String> policy() {
        return optionalText("policy");
    }

    /** Returns the API key of the caller, {@code key_…}; empty if the host's own code called. */
    public Optional<String> keyId() {
        return optionalText("keyId");
    }

    /** Returns true if the host's own code called, by {@code Engine.workspace}. */
    public boolean byHost() {
        return optionalText("caller").isPresent();
    }

    /** Returns the node of a shared log that has forwarded it to the leader. */
    public Optional<String> node() {
        return optionalText("node");
    }

    /** Returns the idempotency key that was sent. */
    public Optional<String> idempotencyKey() {
        return optionalText("idempotencyKey");
    }

    /** Returns what its idempotency key did; empty if the request was refused before its key was looked at. */
    public Optional<KeyUse> idempotency() {
        return has("idempotency") ? Optional.of(word("idempotency", LoggedRequest.KeyUse.class)) : Optional.empty();
    }

    /** Returns the rate-limit units that it took; 0 if it ended before the rate limit or was refused by it. */
    public long units() {
        return number("units");
    }

    /** Returns how long it took in real time, in whole microseconds. */
    public Duration duration() {
        return Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(number("durationMicros")));
    }

    /** Returns when it arrived. */
    public Instant createdAt() {
        return time("createdAt");
    }

    /** Returns the first 100 events that it caused. */
    public List<String> events() {
        return part("caused", "events");
    }

    /** Returns the jobs that it started. */
    public List<String> jobs() {
        return part("caused", "jobs");
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
