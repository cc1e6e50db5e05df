package dev.plinth.engine.api;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * A worker's wish for queued jobs. Immutable. The ranges are checked by the call.
 *
 * @param types the types of jobs that the worker can do, 1–50
 * @param max the most jobs, 1–100
 * @param lease how long the leases last, 1–3,600 whole seconds
 * @param await how long to wait for a job if there is none, 0–30 whole seconds of real time
 */
public record LeaseRequest(List<String> types, int max, Duration lease, Duration await) {
    private static final Duration LEASE_DEFAULT = Duration.ofMinutes(1);

    /** Refuses null and copies the types. */
    public LeaseRequest {
        Objects.requireNonNull(types, "types must not be null.");
        Objects.requireNonNull(lease, "lease must not be null; give a minute, which is the default.");
        Objects.requireNonNull(await, "await must not be null; give Duration.ZERO for none.");
        types = List.copyOf(types);
    }

    /** Returns a wish for one job of these types for 60 s, without waiting. */
    public static LeaseRequest of(String... types) {
        Objects.requireNonNull(types, "types must not be null.");
        return new LeaseRequest(List.of(types), 1, LEASE_DEFAULT, Duration.ZERO);
    }

    /** Returns the same for at most so many jobs, 1–100. */
    public LeaseRequest withMax(int jobs) {
        return new LeaseRequest(types, jobs, lease, await);
    }

    /** Returns the same with leases of another length, 1–3,600 s. */
    public LeaseRequest lasting(Duration other) {
        return new LeaseRequest(types, max, other, await);
    }

    /** Returns the same that waits for a job if there is none, 0–30 s of real time. */
    public LeaseRequest awaiting(Duration atMost) {
        return new LeaseRequest(types, max, lease, atMost);
    }
}
