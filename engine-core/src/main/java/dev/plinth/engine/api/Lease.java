package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.Objects;

/**
 * The right of a worker to a job for a time.
 *
 * @param expiresAt when the lease expires
 * @param cancelRequested true if a call has asked for the end of the job
 * @param json the value as the wire shows it
 */
public record Lease(Instant expiresAt, boolean cancelRequested, Json json) implements WireValue {
    /** Refuses null. */
    public Lease {
        Objects.requireNonNull(expiresAt, "expiresAt must not be null.");
        Objects.requireNonNull(json, "json must not be null.");
    }

    /**
     * Reads a lease from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Lease of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return json.read(Lease.class);
    }
}
