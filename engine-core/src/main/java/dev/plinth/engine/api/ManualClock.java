package dev.plinth.engine.api;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A clock that stands still until a test advances it.
 *
 * <p>{@link #advance} stops at every instant at which an engine has work due, lets the work run and waits for it. When
 * it returns, all work of the span has run, in time order. A webhook's receiver takes real time.
 *
 * <p>Listeners do not go by this clock. An event comes to a listener when it is committed, and again a real second
 * after the listener failed; {@code advance} does not wait for listeners.
 *
 * <p>Thread-safe. Concurrent calls of {@code advance} run one after another.
 */
public final class ManualClock implements EngineClock {
    private static final long NANOS_PER_MILLI = 1_000_000L;

    private final List<DueWork> attached = new CopyOnWriteArrayList<>();
    private volatile long epochMillis;

    private ManualClock(long epochMillis) {
        this.epochMillis = epochMillis;
    }

    /** Returns a clock that stands at this instant, cut to milliseconds. */
    public static ManualClock startingAt(Instant instant) {
        return new ManualClock(instant.toEpochMilli());
    }

    @Override
    public long epochMillis() {
        return epochMillis;
    }

    @Override
    public long nanoTime() {
        return epochMillis * NANOS_PER_MILLI;
    }

    /** Returns the instant at which the clock stands. */
    public Instant now() {
        return Instant.ofEpochMilli(epochMillis);
    }

    /**
     * Moves the clock forward and runs the work that becomes due on the way.
     *
     * @param span how far, cut to milliseconds; not negative
     * @throws IllegalArgumentException if the span is negative, or goes beyond the last instant of the clock
     */
    public synchronized void advance(Duration span) {
        if (span.isNegative()) {
            throw new IllegalArgumentException("span must be 0 or more, got " + span + ". Time never goes back.");
        }
        long left = Long.MAX_VALUE - Math.max(0, epochMillis);
        if (span.compareTo(Duration.ofMillis(left)) > 0) {
            throw new IllegalArgumentException("span must be at most " + left + " ms, got " + span + ". Advance less.");
        }
        long target = epochMillis + span.toMillis();
        for (DueWork work : attached) {
            work.runDue();
        }
        while (true) {
            long next = Long.MAX_VALUE;
            for (DueWork work : attached) {
                next = Math.min(next, work.nextDueMillis());
            }
            if (next > target) {
                break;
            }
            epochMillis = Math.max(epochMillis, next);
            for (DueWork work : attached) {
                work.runDue();
            }
        }
        epochMillis = target;
    }

    /** Registers work that runs when time passes. Closing the attachment removes it. Meant for engines. */
    public Attachment attach(DueWork work) {
        attached.add(work);
        return () -> attached.remove(work);
    }

    /** Removes attached work when it is closed. */
    @FunctionalInterface
    public interface Attachment extends AutoCloseable {
        @Override
        void close();
    }

    /** Work that is due at known instants. */
    public interface DueWork {
        /**
         * Returns when the next work is due that can make progress, as epoch milliseconds. An instant in the past means
         * now; {@code Long.MAX_VALUE} means that there is none.
         */
        long nextDueMillis();

        /** Starts all work that is due now and returns once it has ended. */
        void runDue();
    }
}
