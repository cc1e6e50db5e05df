package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * The state of a workspace's rate limits.
 *
 * @param plan the name of the plan
 * @param policies the limits: first the plan's own, then the further ones that are not in shadow mode
 * @param json the value as the wire shows it
 */
public record RateLimit(String plan, List<Policy> policies, Json json) implements WireValue {
    /** Refuses null. Copies the policies. */
    public RateLimit {
        Objects.requireNonNull(plan, "plan must not be null.");
        Objects.requireNonNull(policies, "policies must not be null.");
        Objects.requireNonNull(json, "json must not be null.");
        policies = List.copyOf(policies);
    }

    /**
     * Reads the rate limits from their JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static RateLimit of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return json.read(RateLimit.class);
    }

    /** Returns the units per window of the plan's own limit. */
    public long limit() {
        return policies.get(0).limit();
    }

    /** Returns the window of the plan's own limit. */
    public Duration window() {
        return policies.get(0).window();
    }

    /** Returns the units that are left of the plan's own limit. */
    public long remaining() {
        return policies.get(0).remaining();
    }

    /** Returns the time until the plan's own limit has one unit more; zero if its bucket is full. */
    public Duration reset() {
        return policies.get(0).reset();
    }

    /**
     * The state of one limit.
     *
     * @param name its name; the plan's own limit has the name of the plan
     * @param limit units per window
     * @param window the window, in whole seconds
     * @param remaining units that are left
     * @param reset the time until there is one unit more, in whole seconds; zero if the bucket is full
     * @param json the limit as the wire shows it
     */
    public record Policy(String name, long limit, Duration window, long remaining, Duration reset, Json json)
            implements WireValue {
        /** Refuses null. */
        public Policy {
            Objects.requireNonNull(name, "name must not be null.");
            Objects.requireNonNull(window, "window must not be null.");
            Objects.requireNonNull(reset, "reset must not be null.");
            Objects.requireNonNull(json, "json must not be null.");
        }

        /**
         * Reads a limit from its JSON on the wire.
         *
         * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
         */
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        public static Policy of(Json json) {
            Objects.requireNonNull(json, "json must not be null.");
            return json.read(Policy.class);
        }
    }
}
