package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;

/**
 * The state of a workspace's rate limits.
 *
 * @param plan the name of the plan
 * @param policies the limits: first the plan's own, then the further ones that are not in shadow mode
 * @param json the value as the wire shows it
 */
public record RateLimit(String plan, List<Policy> policies, Json json) implements WireValue {
    /** Copies the policies. */
    public RateLimit {
        policies = List.copyOf(policies);
    }

    /**
     * Reads the rate limits from their JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static RateLimit of(Json json) {
        return json.read(RateLimit.class);
    }

    /** Returns the units per window of the plan's own limit. */
    public long limit() {
        return policies.get(0).limit();
    }

    /** Returns the window of the plan's own limit, in seconds. */
    public long windowSeconds() {
        return policies.get(0).windowSeconds();
    }

    /** Returns the units that are left of the plan's own limit. */
    public long remaining() {
        return policies.get(0).remaining();
    }

    /** Returns the seconds until the plan's own limit has one unit more, or 0 if its bucket is full. */
    public long resetSeconds() {
        return policies.get(0).resetSeconds();
    }

    /**
     * The state of one limit.
     *
     * @param name its name; the plan's own limit has the name of the plan
     * @param limit units per window
     * @param windowSeconds the window in seconds
     * @param remaining units that are left
     * @param resetSeconds seconds until there is one unit more; 0 if the bucket is full
     * @param json the limit as the wire shows it
     */
    public record Policy(String name, long limit, long windowSeconds, long remaining, long resetSeconds, Json json)
            implements WireValue {
        /**
         * Reads a limit from its JSON on the wire.
         *
         * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
         */
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        public static Policy of(Json json) {
            return json.read(Policy.class);
        }
    }
}
