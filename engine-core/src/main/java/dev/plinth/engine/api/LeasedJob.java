package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.Objects;

/**
 * A job under a lease. Its worker ends the job or extends the lease before the lease expires.
 *
 * @param job the job, which is running
 * @param input the job's input
 * @param leaseToken the proof of the lease, which the worker sends with every report on the job
 * @param leaseExpiresAt when the lease expires and the job goes back to the queue
 * @param json the value as the wire shows it
 */
public record LeasedJob(Job job, Json input, String leaseToken, Instant leaseExpiresAt, Json json)
        implements WireValue {
    /** Refuses null. */
    public LeasedJob {
        Objects.requireNonNull(job, "job must not be null.");
        Objects.requireNonNull(input, "input must not be null.");
        Objects.requireNonNull(leaseToken, "leaseToken must not be null.");
        Objects.requireNonNull(leaseExpiresAt, "leaseExpiresAt must not be null.");
        Objects.requireNonNull(json, "json must not be null.");
    }

    /**
     * Reads a job under a lease from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static LeasedJob of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return json.read(LeasedJob.class);
    }

    /** Returns the job's id and type and the end of the lease. Leaves the token and the input out. */
    @Override
    public String toString() {
        return "LeasedJob[" + job.id() + ", " + job.type() + ", until " + leaseExpiresAt + "]";
    }
}
