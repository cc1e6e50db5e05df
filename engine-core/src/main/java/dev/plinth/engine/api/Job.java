package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A job.
 */
public final class Job extends JsonView {
    private Job(Json json) {
        super(json, List.of("id", "type", "status", "attempt", "maxAttempts", "createdAt"));
    }

    /**
     * Reads a job from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Job of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return new Job(json);
    }

    /** Returns {@code job_…}. */
    public String id() {
        return text("id");
    }

    /** Returns the kind of work. */
    public String type() {
        return text("type");
    }

    /** Returns its state. */
    public JobStatus status() {
        return word("status", JobStatus.class);
    }

    /** Returns its result, once it has succeeded with one. */
    public Optional<Json> result() {
        return optionalJson("result");
    }

    /** Returns the problem document of its last failure. */
    public Optional<Json> error() {
        return optionalJson("error");
    }

    /** Returns how far it is: {@code done}, {@code total} and {@code message}. */
    public Optional<Json> progress() {
        return optionalJson("progress");
    }

    /** Returns true while the job runs and a call has asked for its end. */
    public boolean cancelRequested() {
        return isTrue("cancelRequested");
    }

    /** Returns how many attempts have begun. */
    public int attempt() {
        return (int) number("attempt");
    }

    /** Returns the most attempts that may begin. */
    public int maxAttempts() {
        return (int) number("maxAttempts");
    }

    /** Returns the resource of the job, {@code res_…}. */
    public Optional<String> resourceId() {
        return optionalText("resourceId");
    }

    /** Returns when it was scheduled to run. */
    public Optional<Instant> runAt() {
        return optionalTime("runAt");
    }

    /** Returns when the next attempt is due. */
    public Optional<Instant> nextAttemptAt() {
        return optionalTime("nextAttemptAt");
    }

    /** Returns when it was accepted. */
    public Instant createdAt() {
        return time("createdAt");
    }

    /** Returns when its first attempt began. */
    public Optional<Instant> startedAt() {
        return optionalTime("startedAt");
    }

    /** Returns when its state became final. */
    public Optional<Instant> finishedAt() {
        return optionalTime("finishedAt");
    }

    /**
     * Returns false while the job waits and its type has no handler in the engine's JVM. A worker that leased within the
     * last hour counts as a handler.
     */
    public boolean handled() {
        return !has("handled") || truth("handled");
    }
}
