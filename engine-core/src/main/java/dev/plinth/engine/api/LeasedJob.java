package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;

/**
 * A job under a lease: its worker has to end it, or to prolong the lease, before it lapses.
 *
 * @param job the job, which is running
 * @param input what it is to work on
 * @param leaseToken what the worker shows with everything that it says of the job
 * @param leaseExpiresAt when the lease lapses and the job goes back to the queue
 * @param json the value as the wire shows it
 */
public record LeasedJob(Job job, Json input, String leaseToken, Instant leaseExpiresAt, Json json)
        implements WireValue {
    /**
     * Reads what the wire shows of a job under a lease.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static LeasedJob of(Json json) {
        return json.read(LeasedJob.class);
    }
}
