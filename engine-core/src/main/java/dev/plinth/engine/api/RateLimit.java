package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * The state of a workspace's rate limits.
 */
public final class RateLimit extends JsonView {
    private RateLimit(Json json) {
        super(json, List.of("plan", "policies"));
    }

    /**
     * Reads the rate limits from their JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static RateLimit of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return new RateLimit(json);
    }

    /** Returns the name of the plan. */
    public String plan() {
        return text("plan");
    }

    /** Returns the limits: first the plan's own, then the further ones that are not in shadow mode. */
    public List<Policy> policies() {
        return list("policies", RateLimit.Policy.class);
    }

    /** Returns the units per window of the plan's own limit. */
    public long limit() {
        return policies().get(0).limit();
    }

    /** Returns the window of the plan's own limit. */
    public Duration window() {
        return policies().get(0).window();
    }

    /** Returns the units that are left of the plan's own limit. */
    public long remaining() {
        return policies().get(0).remaining();
    }

    /** Returns the time until the plan's own limit has one unit more; zero if its bucket is full. */
    public Duration reset() {
        return policies().get(0).reset();
    }

    /**
     * The state of one limit.
     */
    public static final class Policy extends JsonView {
        private Policy(Json json) {
            super(json, List.of("name", "limit", "windowSeconds", "remaining", "resetSeconds"));
        }

        /**
         * Reads a limit from its JSON on the wire.
         *
         * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
         */
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        public static Policy of(Json json) {
            Objects.requireNonNull(json, "json must not be null.");
            return new Policy(json);
        }

        /** Returns its name; the plan's own limit has the name of the plan. */
        public String name() {
            return text("name");
        }

        /** Returns the units of a window. */
        public long limit() {
            return number("limit");
        }

        /** Returns the window, in whole seconds. */
        public Duration window() {
            return Duration.ofSeconds(number("windowSeconds"));
        }

        /** Returns the units that are left. */
        public long remaining() {
            return number("remaining");
        }

        /** Returns the time until there is one unit more, in whole seconds; zero if the bucket is full. */
        public Duration reset() {
            return Duration.ofSeconds(number("resetSeconds"));
        }
    }
}
