package dev.plinth.engine.api;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A further rate limit of a plan. A call passes if all limits have room; it takes its units from all of them or from
 * none. Immutable.
 */
public final class RatePolicy {
    /** The most requests of a window. */
    public static final int REQUESTS_MAX = 1_000_000;

    /** The longest window. */
    public static final Duration WINDOW_MAX = Duration.ofDays(1);

    private final String name;
    private final int requests;
    private final Duration window;
    private final Per per;
    private final Mode mode;

    private RatePolicy(String name, int requests, Duration window, Per per, Mode mode) {
        Objects.requireNonNull(name, "name must not be null.");
        if (!name.matches("[a-z][a-z0-9_-]{0,63}")) {
            throw new IllegalArgumentException(
                    "A policy's name must be 1 to 64 characters of a-z, 0-9, _ and -, the first a letter, got \"" + name
                            + "\".");
        }
        if (requests < 1 || requests > REQUESTS_MAX) {
            throw new IllegalArgumentException(
                    "requests of policy " + name + " must be 1 to " + REQUESTS_MAX + ", got " + requests + ".");
        }
        if (!isWindow(Objects.requireNonNull(window, "window must not be null."))) {
            throw new IllegalArgumentException("window of policy " + name + " must be 1 to " + WINDOW_MAX.toSeconds()
                    + " whole seconds, got " + window + ".");
        }
        this.name = name;
        this.requests = requests;
        this.window = window;
        this.per = per;
        this.mode = mode;
    }

    private static boolean isWindow(Duration window) {
        return window.getNano() == 0 && window.toSeconds() >= 1 && window.compareTo(WINDOW_MAX) <= 0;
    }

    /**
     * Returns a limit of the workspace that refuses calls.
     *
     * @param name its name, different from the plan's and from those of its other policies
     * @param requests units per window, 1 to 1,000,000; all of them may come at once
     * @param window the window, 1 second to 1 day in whole seconds
     * @throws IllegalArgumentException if a value is out of its range
     */
    public static RatePolicy of(String name, int requests, Duration window) {
        return new RatePolicy(name, requests, window, Per.WORKSPACE, Mode.ENFORCE);
    }

    /** Returns its name. */
    public String name() {
        return name;
    }

    /** Returns the units per window. */
    public int requests() {
        return requests;
    }

    /** Returns the window, in whole seconds. */
    public Duration window() {
        return window;
    }

    /** Returns the calls that are counted together. */
    public Per per() {
        return per;
    }

    /** Returns whether the limit refuses calls. */
    public Mode mode() {
        return mode;
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

    private List<Object> parts() {
        return List.of(name, requests, window, per, mode);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RatePolicy policy && policy.parts().equals(parts());
    }

    @Override
    public int hashCode() {
        return parts().hashCode();
    }

    @Override
    public String toString() {
        return "RatePolicy" + parts();
    }

    /** The calls that a limit counts together. */
    public enum Per {
        /** All calls of a workspace together. */
        WORKSPACE,
        /** The calls of one API key. */
        KEY,
        /** Stands for a word of a newer server, which this release does not know. */
        UNKNOWN
    }

    /** The effect of a limit. */
    public enum Mode {
        /** Refuses calls beyond the limit. */
        ENFORCE,
        /** Only counts the calls beyond the limit. */
        SHADOW,
        /** Stands for a word of a newer server, which this release does not know. */
        UNKNOWN
    }
}
