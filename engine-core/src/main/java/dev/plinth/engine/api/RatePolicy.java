package dev.plinth.engine.api;

import java.util.Objects;

/**
 * A further rate limit of a plan, beside the plan's own: a call passes if all of them have room, and takes from all or from
 * none. Immutable.
 *
 * @param name its name, unlike the plan's and unlike those beside it
 * @param requests units per window, 1 to 1,000,000; all of them may come at once
 * @param windowSeconds the window in seconds, 1 to 86,400
 * @param per whom it counts for
 * @param mode whether it refuses
 */
public record RatePolicy(String name, int requests, int windowSeconds, Per per, Mode mode) {
    private static final int REQUESTS_MAX = 1_000_000;
    private static final int WINDOW_SECONDS_MAX = 86_400;

    /** Checks the ranges. */
    public RatePolicy {
        Objects.requireNonNull(per, "per");
        Objects.requireNonNull(mode, "mode");
        if (!name.matches("[a-z][a-z0-9_-]{0,63}")) {
            throw new IllegalArgumentException(
                    "Expected a policy's name of 1 to 64 characters a-z 0-9 _ - that starts with a letter, but got \""
                            + name + "\"");
        }
        if (requests < 1 || requests > REQUESTS_MAX) {
            throw new IllegalArgumentException(
                    "Expected 1 to " + REQUESTS_MAX + " requests in policy " + name + ", but got " + requests);
        }
        if (windowSeconds < 1 || windowSeconds > WINDOW_SECONDS_MAX) {
            throw new IllegalArgumentException("Expected a window of 1 to " + WINDOW_SECONDS_MAX + " seconds in policy "
                    + name + ", but got " + windowSeconds);
        }
    }

    /** A limit of the workspace that refuses. */
    public static RatePolicy of(String name, int requests, int windowSeconds) {
        return new RatePolicy(name, requests, windowSeconds, Per.WORKSPACE, Mode.ENFORCE);
    }

    /** The same limit for each API key by itself. */
    public RatePolicy perKey() {
        return new RatePolicy(name, requests, windowSeconds, Per.KEY, mode);
    }

    /** The same limit, which only counts whom it would refuse and shows in no header: to try a limit out. */
    public RatePolicy shadow() {
        return new RatePolicy(name, requests, windowSeconds, per, Mode.SHADOW);
    }

    /** Whom a limit counts for. */
    public enum Per {
        /** All calls of a workspace together. */
        WORKSPACE,
        /** The calls of one API key. */
        KEY
    }

    /** Whether a limit refuses. */
    public enum Mode {
        /** It refuses. */
        ENFORCE,
        /** It only counts. */
        SHADOW
    }
}
