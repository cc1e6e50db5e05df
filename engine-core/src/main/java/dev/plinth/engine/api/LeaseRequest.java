package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A worker's wish for queued jobs. Immutable. The call checks the members, and is refused with all errors. */
public final class LeaseRequest extends JsonRequest {
    private static final List<String> MEMBERS = List.of("types", "max", "leaseSeconds", "wait");

    private LeaseRequest(Map<String, Json> members) {
        super(MEMBERS, members);
    }

    /**
     * Reads the body that the wire takes.
     *
     * @throws IllegalArgumentException if a required member is missing, or a member is unknown; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static LeaseRequest of(Json json) {
        return new LeaseRequest(members(json, "types"));
    }

    /** Returns a wish for one job of these types, 1–50, for 60 s and without waiting. */
    public static LeaseRequest of(String... types) {
        Objects.requireNonNull(types, "types must not be null.");
        return new LeaseRequest(with(Map.of(), "types", List.of(types)));
    }

    /** Returns the same for at most so many jobs, 1–100. */
    public LeaseRequest withMax(int max) {
        return new LeaseRequest(with("max", max));
    }

    /**
     * Returns the same with leases of another length.
     *
     * @param lease 1–3,600 whole seconds
     * @throws IllegalArgumentException if it has a part of a second
     */
    public LeaseRequest lasting(Duration lease) {
        return new LeaseRequest(with("leaseSeconds", seconds(lease, "lease")));
    }

    /**
     * Returns the same that waits for a job if there is none.
     *
     * @param atMost 0–30 whole seconds of real time
     * @throws IllegalArgumentException if it has a part of a second
     */
    public LeaseRequest awaiting(Duration atMost) {
        return new LeaseRequest(with("wait", seconds(atMost, "atMost")));
    }
}
