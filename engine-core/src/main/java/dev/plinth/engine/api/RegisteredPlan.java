package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/** A plan that the engine has, as the operator sees it. */
public final class RegisteredPlan extends JsonView {
    private RegisteredPlan(Json json) {
        super(
                json,
                List.of("name", "requests", "windowSeconds", "policies", "endpointsMax", "queuedJobsMax", "shares"));
    }

    /**
     * Reads a plan from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static RegisteredPlan of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return new RegisteredPlan(json);
    }

    /** Returns its name, such as {@code starter}. */
    public String name() {
        return text("name");
    }

    /** Returns the requests per window. */
    public long requests() {
        return number("requests");
    }

    /** Returns the window, in whole seconds. */
    public Duration window() {
        return Duration.ofSeconds(number("windowSeconds"));
    }

    /** Returns the further rate limits. */
    public List<Policy> policies() {
        return list("policies", RegisteredPlan.Policy.class);
    }

    /** Returns the resources of a workspace; empty if there is no limit. */
    public OptionalLong resourcesMax() {
        return optionalNumber("resourcesMax");
    }

    /** Returns the webhook endpoints of a workspace. */
    public long endpointsMax() {
        return number("endpointsMax");
    }

    /** Returns the queued and scheduled jobs of a workspace. */
    public long queuedJobsMax() {
        return number("queuedJobsMax");
    }

    /** Returns the jobs of a workspace that run at once; empty if there is no limit. */
    public OptionalLong jobsRunningMax() {
        return optionalNumber("jobsRunningMax");
    }

    /** Returns the webhook attempts of a workspace in flight at once; empty if there is no limit. */
    public OptionalLong deliveriesRunningMax() {
        return optionalNumber("deliveriesRunningMax");
    }

    /** Returns the shares of tables that are not the default ones. */
    public List<Share> shares() {
        return list("shares", RegisteredPlan.Share.class);
    }

    /** A further rate limit of a plan. */
    public static final class Policy extends JsonView {
        private Policy(Json json) {
            super(json, List.of("name", "requests", "windowSeconds", "per", "mode"));
        }

        /**
         * Reads a policy from its JSON on the wire.
         *
         * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
         */
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        public static Policy of(Json json) {
            Objects.requireNonNull(json, "json must not be null.");
            return new Policy(json);
        }

        /** Returns its name. */
        public String name() {
            return text("name");
        }

        /** Returns the units per window. */
        public long requests() {
            return number("requests");
        }

        /** Returns the window, in whole seconds. */
        public Duration window() {
            return Duration.ofSeconds(number("windowSeconds"));
        }

        /** Returns the calls that are counted together. */
        public RatePolicy.Per per() {
            return word("per", RatePolicy.Per.class);
        }

        /** Returns whether the limit refuses calls. */
        public RatePolicy.Mode mode() {
            return word("mode", RatePolicy.Mode.class);
        }
    }

    /** The most that a workspace may have of a table. */
    public static final class Share extends JsonView {
        private Share(Json json) {
            super(json, List.of("table", "rows", "bytes"));
        }

        /**
         * Reads a share from its JSON on the wire.
         *
         * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
         */
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        public static Share of(Json json) {
            Objects.requireNonNull(json, "json must not be null.");
            return new Share(json);
        }

        /** Returns the name of the table, such as {@code events}. */
        public String table() {
            return text("table");
        }

        /** Returns the most rows. */
        public long rows() {
            return number("rows");
        }

        /** Returns the most bytes of keys and rows. */
        public long bytes() {
            return number("bytes");
        }
    }
}
