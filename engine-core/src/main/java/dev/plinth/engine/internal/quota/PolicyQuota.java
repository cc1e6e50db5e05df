package dev.plinth.engine.internal.quota;

import dev.plinth.engine.api.RatePolicy;

/**
 * The state of a further policy after a take.
 *
 * @param policy the policy
 * @param taken true if it had room and the units were taken from it
 * @param remaining whole units that are left
 * @param nextUnitSeconds seconds until there is one unit more, rounded up; 0 if there are all
 */
public record PolicyQuota(RatePolicy policy, boolean taken, long remaining, long nextUnitSeconds) {
    /** Returns true if callers may see it. */
    public boolean isShown() {
        return policy.mode() == RatePolicy.Mode.ENFORCE;
    }
}
