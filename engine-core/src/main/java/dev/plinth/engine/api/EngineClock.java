package dev.plinth.engine.api;

/**
 * The engine's clock: limits, schedules, leases, expiry and ids ask it. Thread-safe.
 *
 * <p>What a person waits for in real time (a long poll, a socket, a drain) does not.
 */
public interface EngineClock {
    /** Milliseconds since 1970-01-01T00:00:00Z. It may step back; the engine itself never goes behind its last commit. */
    long epochMillis();

    /** Nanoseconds from an arbitrary origin, never going back; only differences mean something. */
    long nanoTime();

    /** The clock of the machine. */
    static EngineClock system() {
        return SystemClock.INSTANCE;
    }
}
