package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * The right of a worker to a job for a time.
 */
public final class Lease extends JsonView {
    private Lease(Json json) {
        super(json, List.of("leaseExpiresAt", "cancelRequested"));
    }

    /**
     * Reads a lease from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Lease of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return new Lease(json);
    }

    /** Returns when the lease expires. */
    public Instant expiresAt() {
        return time("leaseExpiresAt");
    }

    /** Returns true if a call has asked for the end of the job. */
    public boolean cancelRequested() {
        return truth("cancelRequested");
    }
}
