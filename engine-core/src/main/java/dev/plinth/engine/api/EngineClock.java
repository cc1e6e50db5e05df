package dev.plinth.engine.api;

/**
 * The engine's clock: limits, schedules, leases, expiry and ids ask it. Thread-safe.
 *
 * <p>Waits of a person in real time (a long poll, a socket, a drain) do not ask it.
 */
public interface EngineClock {
    /** Milliseconds since 1970-01-01T00:00:00Z. It may step back; the engine itself never goes behind its last commit. */
    long epochMillis();

    /** Nanoseconds from an arbitrary origin, never going back; only differences mean something. */
    long nanoTime();

    /**
     * Returns true if {@link #epochMillis} may be wrong for a while, as the clock of a machine may be until it is set right.
     *
     * <p>The time of an engine with such a clock goes on by {@link #nanoTime}. It follows a jump ahead of more than a second only once
     * that has lasted 30 seconds, and takes out nothing that has expired by a jump before that has lasted an hour. While the clock stands
     * before the engine's time, that goes on at nine tenths of its speed until the clock has caught up.
     *
     * <p>False, the default, is for clocks of tests: the engine takes what they show at once, however far they jump.
     */
    default boolean mayBeWrong() {
        return false;
    }

    /** The clock of the machine, which may be wrong. */
    static EngineClock system() {
        return SystemClock.INSTANCE;
    }
}
