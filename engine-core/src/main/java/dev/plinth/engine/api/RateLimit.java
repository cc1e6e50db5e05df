package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;

/**
 * How the rate limits of a workspace stand.
 *
 * @param plan the name of the plan
 * @param policies its limits: first the plan's own, then the further ones that are not in shadow mode
 * @param json the value as the wire shows it
 */
public record RateLimit(String plan, List<Policy> policies, Json json) implements WireValue {
    /** Copies the policies. */
    public RateLimit {
        policies = List.copyOf(policies);
    }

    /**
     * Reads what the wire shows.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static RateLimit of(Json json) {
        return json.read(RateLimit.class);
    }

    /** Units per window of the plan's own limit. */
    public long limit() {
        return policies.get(0).limit();
    }

    /** The window of the plan's own limit in seconds. */
    public long windowSeconds() {
        return policies.get(0).windowSeconds();
    }

    /** Units that are left of the plan's own limit. */
    public long remaining() {
        return policies.get(0).remaining();
    }

    /** Seconds until the plan's own limit has one unit more; 0 if its bucket is full. */
    public long resetSeconds() {
        return policies.get(0).resetSeconds();
    }

    /**
     * How one limit stands.
     *
     * @param name its name; that of the plan's own is the plan's
     * @param limit units per window
     * @param windowSeconds the window in seconds
     * @param remaining units that are left
     * @param resetSeconds seconds until one more is there; 0 if the bucket is full
     * @param json the limit as the wire shows it
     */
    public record Policy(String name, long limit, long windowSeconds, long remaining, long resetSeconds, Json json)
            implements WireValue {
        /**
         * Reads what the wire shows.
         *
         * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
         */
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        public static Policy of(Json json) {
            return json.read(Policy.class);
        }
    }
}
