package dev.plinth.engine.internal.quota;

import dev.plinth.engine.api.Plan;

/**
 * How a bucket stands after a take.
 *
 * @param plan the plan it was taken under
 * @param allowed true if the units were there
 * @param remaining whole units that are left
 * @param nextUnitSeconds seconds until one more unit is there, rounded up; 0 if the bucket is full
 * @param retryAfterSeconds seconds until the refused units are there, at least 1; 0 if they were there
 */
public record Quota(Plan plan, boolean allowed, long remaining, long nextUnitSeconds, long retryAfterSeconds) {}
