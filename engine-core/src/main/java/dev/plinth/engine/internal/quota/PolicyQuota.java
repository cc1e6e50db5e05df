package dev.plinth.engine.internal.quota;

import dev.plinth.engine.api.RatePolicy;

/**
 * How a further policy stands after a take.
 *
 * @param policy the policy
 * @param taken true if it had room and the units were taken from it
 * @param remaining whole units that are left
 * @param nextUnitSeconds seconds until one more unit is there, rounded up; 0 if all are
 */
public record PolicyQuota(RatePolicy policy, boolean taken, long remaining, long nextUnitSeconds) {
    /** True if callers are shown it. */
    public boolean isShown() {
        return policy.mode() == RatePolicy.Mode.ENFORCE;
    }
}
