package dev.plinth.engine.api;

import java.time.Duration;
import java.util.Objects;

/**
 * Puts a job off. A handler throws it when the work cannot be done yet and nothing has failed. The job is then
 * {@code scheduled}, without an error and without having used the attempt. Its handler runs again after the delay.
 */
public final class JobSnooze extends Exception {
    private static final long serialVersionUID = 1L;
    private static final Duration LEAST = Duration.ofSeconds(1);
    private static final Duration MOST = Duration.ofDays(30);

    private final Duration delay;

    /**
     * Asks for another run after a delay.
     *
     * @param delay 1 s to 30 days; parts of a millisecond are dropped
     * @throws IllegalArgumentException if it is shorter or longer
     */
    public JobSnooze(Duration delay) {
        super("The job is put off by " + checked("delay", delay, LEAST) + ".", null, false, false);
        this.delay = delay;
    }

    /** Returns how long the job waits. */
    public Duration delay() {
        return delay;
    }

    static Duration checked(String name, Duration value, Duration least) {
        Objects.requireNonNull(value, () -> name + " must not be null.");
        if (value.compareTo(least) < 0 || value.compareTo(MOST) > 0) {
            throw new IllegalArgumentException(
                    name + " must be from " + least.toSeconds() + " s to 30 days, got " + value + ".");
        }
        return value;
    }
}
