package dev.plinth.engine.settings;

import java.time.Duration;
import java.util.Objects;

/**
 * How long closing an engine waits. Whole seconds of real time. Immutable.
 *
 * @param drain for work in flight, 1 to 3,600 s; then it is interrupted
 * @param close for everything, 5 to 36,000 s and at least twice {@code drain}; then the disk is given up
 */
public record GraceTimes(Duration drain, Duration close) {
    /** 10 s and 40 s. */
    public static final GraceTimes DEFAULT =
            new GraceTimes(EngineSetting.DRAIN.timeByDefault(), EngineSetting.CLOSE.timeByDefault());

    /**
     * Checks the limits of both times.
     *
     * @throws IllegalArgumentException if a time is out of its limits, or closing is shorter than twice the drain
     */
    public GraceTimes {
        Objects.requireNonNull(drain, "drain must not be null; GraceTimes.DEFAULT has the default.");
        Objects.requireNonNull(close, "close must not be null; GraceTimes.DEFAULT has the default.");
        drain = EngineSetting.DRAIN.checked(drain);
        close = EngineSetting.CLOSE.checked(close);
        if (close.compareTo(drain.multipliedBy(2)) < 0) {
            throw new IllegalArgumentException(
                    "grace.close (close-seconds) must be at least twice grace.drain (drain-seconds), because the disk"
                            + " takes what the drain leaves, got " + close.toSeconds() + " and " + drain.toSeconds()
                            + ". Raise the first, or lower the second.");
        }
    }
}
