package dev.plinth.engine.internal.quota;

import dev.plinth.engine.api.RatePolicy;
import dev.plinth.engine.settings.Plan;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of a bucket after a take.
 *
 * @param plan the plan under which the units were taken
 * @param allowed true if there were enough units
 * @param remaining whole units that are left
 * @param nextUnitSeconds seconds until there is one unit more, rounded up; 0 if the bucket is full
 * @param retryAfterSeconds seconds until there are enough units for the refused call, at least 1; 0 if there were
 *     enough
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
    /** Makes the state of a bucket without further policies. */
    public Quota(Plan plan, boolean allowed, long remaining, long nextUnitSeconds, long retryAfterSeconds) {
        this(plan, allowed, remaining, nextUnitSeconds, retryAfterSeconds, List.of(), null);
    }
}
