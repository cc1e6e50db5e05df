package dev.plinth.engine.settings;

/**
 * The engine's clock, by which limits, schedules, leases, expiry and ids go. Thread-safe.
 *
 * <p>Waits of callers in real time (a long poll, a socket, a drain) do not use it.
 */
public interface EngineClock {
    /**
     * Returns milliseconds since 1970-01-01T00:00:00Z. The value may step back; the engine's time never falls behind
     * its last commit.
     */
    long epochMillis();

    /** Returns nanoseconds from an arbitrary origin. They never go back, and only differences mean something. */
    long nanoTime();

    /**
     * Returns true if {@link #epochMillis} may be wrong for a while, as the clock of a machine may be until it is set right.
     *
     * <p>The time of an engine with such a clock goes on by {@link #nanoTime}. It follows a jump ahead of more than a
     * second only once the jump has lasted 30 seconds. The sweep deletes nothing because of a jump that has not lasted
     * three hours. While the clock is behind the engine's time, that time goes on at nine tenths of its speed until the
     * clock has caught up.
     *
     * <p>The default, true, is for clocks of machines. Override it with false in a clock of a test: then the engine takes
     * what the clock shows at once, however far it jumps. A {@link ManualClock} does so.
     */
    default boolean mayBeWrong() {
        return true;
    }

    /** Returns the clock of the machine, which may be wrong. */
    static EngineClock system() {
        return SystemClock.INSTANCE;
    }
}
