package dev.plinth.engine.internal.quota;

import dev.plinth.engine.api.Plan;
import dev.plinth.engine.api.RatePolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a bucket stands after a take.
 *
 * @param plan the plan it was taken under
 * @param allowed true if the units were there
 * @param remaining whole units that are left
 * @param nextUnitSeconds seconds until one more unit is there, rounded up; 0 if the bucket is full
 * @param retryAfterSeconds seconds until the refused units are there, at least 1; 0 if they were there
 * @param others the further policies of the plan
 * @param violated the further policy that refused; null if none did
 */
public record Quota(
        Plan plan,
        boolean allowed,
        long remaining,
        long nextUnitSeconds,
        long retryAfterSeconds,
        List<PolicyQuota> others,
        @Nullable RatePolicy violated) {
    /** A bucket without further policies. */
    public Quota(Plan plan, boolean allowed, long remaining, long nextUnitSeconds, long retryAfterSeconds) {
        this(plan, allowed, remaining, nextUnitSeconds, retryAfterSeconds, List.of(), null);
    }
}
