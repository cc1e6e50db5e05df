package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;

/**
 * How a lease stands.
 *
 * @param expiresAt when it lapses
 * @param cancelRequested true if somebody has asked for the end of the job
 * @param json the value as the wire shows it
 */
public record Lease(Instant expiresAt, boolean cancelRequested, Json json) implements WireValue {
    /**
     * Reads what the wire shows of a lease.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Lease of(Json json) {
        return json.read(Lease.class);
    }
}
