package dev.plinth.engine.api;

import java.time.Duration;
import java.util.Objects;

/**
 * A further rate limit of a plan. A call passes if all limits have room; it takes its units from all of them or from
 * none. Immutable.
 *
 * @param name its name, different from the plan's and from those of its other policies
 * @param requests units per window, 1 to 1,000,000; all of them may come at once
 * @param window the window, 1 second to 1 day in whole seconds
 * @param per the calls that are counted together
 * @param mode whether the limit refuses calls
 */
public record RatePolicy(String name, int requests, Duration window, Per per, Mode mode) {
    /** Refuses null. Checks the ranges of all components. */
    public RatePolicy {
        Objects.requireNonNull(name, "name must not be null.");
        Objects.requireNonNull(per, "per must not be null.");
        Objects.requireNonNull(mode, "mode must not be null.");
        if (!name.matches("[a-z][a-z0-9_-]{0,63}")) {
            throw new IllegalArgumentException(
                    "A policy's name must be 1 to 64 characters of a-z, 0-9, _ and -, the first a letter, got \"" + name
                            + "\".");
        }
        if (requests < 1 || requests > Plan.REQUESTS_MAX) {
            throw new IllegalArgumentException(
                    "requests of policy " + name + " must be 1 to " + Plan.REQUESTS_MAX + ", got " + requests + ".");
        }
        if (!Plan.isWindow(Objects.requireNonNull(window, "window must not be null."))) {
            throw new IllegalArgumentException("window of policy " + name + " must be 1 to "
                    + Plan.WINDOW_MAX.toSeconds() + " whole seconds, got " + window + ".");
        }
    }

    /** Returns a limit of the workspace that refuses calls. */
    public static RatePolicy of(String name, int requests, Duration window) {
        Objects.requireNonNull(name, "name must not be null.");
        return new RatePolicy(name, requests, window, Per.WORKSPACE, Mode.ENFORCE);
    }

    /** Returns the same limit, counted for each API key by itself. */
    public RatePolicy perKey() {
        return new RatePolicy(name, requests, window, Per.KEY, mode);
    }

    /**
     * Returns the same limit in shadow mode, to try it out. It counts the calls that it would refuse, refuses none and
     * shows in no header.
     */
    public RatePolicy shadow() {
        return new RatePolicy(name, requests, window, per, Mode.SHADOW);
    }

    /** The calls that a limit counts together. */
    public enum Per {
        /** All calls of a workspace together. */
        WORKSPACE,
        /** The calls of one API key. */
        KEY
    }

    /** The effect of a limit. */
    public enum Mode {
        /** Refuses calls beyond the limit. */
        ENFORCE,
        /** Only counts the calls beyond the limit. */
        SHADOW
    }
}
