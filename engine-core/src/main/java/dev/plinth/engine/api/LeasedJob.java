package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * A job under a lease. Its worker ends the job or extends the lease before the lease expires.
 */
public final class LeasedJob extends JsonView {
    private LeasedJob(Json json) {
        super(json, List.of("id", "input", "leaseToken", "leaseExpiresAt"));
    }

    /**
     * Reads a job under a lease from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static LeasedJob of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return new LeasedJob(json);
    }

    /** Returns the job, which is running. */
    public Job job() {
        return Job.of(without(List.of("input", "leaseToken", "leaseExpiresAt")));
    }

    /** Returns the job's input. */
    public Json input() {
        return json("input");
    }

    /** Returns the proof of the lease, which the worker sends with every report on the job. */
    public String leaseToken() {
        return text("leaseToken");
    }

    /** Returns when the lease expires and the job goes back to the queue. */
    public Instant leaseExpiresAt() {
        return time("leaseExpiresAt");
    }

    /** Returns the job's id and type and the end of the lease. Leaves the token and the input out. */
    @Override
    public String toString() {
        return "LeasedJob[" + job().id() + ", " + job().type() + ", until " + leaseExpiresAt() + "]";
    }
}
