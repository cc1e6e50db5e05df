package dev.plinth.engine.settings;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
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
 * <p>The clock shows the times from 1970 to the end of the year 9999, as the engine writes them.
 *
 * <p>Thread-safe. Concurrent calls of {@code advance} run one after another.
 */
public final class ManualClock implements EngineClock {
    private static final long NANOS_PER_MILLI = 1_000_000L;
    private static final Instant FIRST = Instant.EPOCH;
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

    private final List<DueWork> attached = new CopyOnWriteArrayList<>();
    private volatile long epochMillis;

    private ManualClock(long epochMillis) {
        this.epochMillis = epochMillis;
    }

    /**
     * Returns a clock that stands at this instant, cut to milliseconds.
     *
     * @throws IllegalArgumentException if the instant is before 1970 or after the year 9999
     */
    public static ManualClock startingAt(Instant instant) {
        Objects.requireNonNull(instant, "instant must not be null.");
        Instant cut = instant.truncatedTo(ChronoUnit.MILLIS);
        if (cut.isBefore(FIRST) || cut.isAfter(LAST)) {
            throw new IllegalArgumentException("instant must be from " + FIRST + " to " + LAST + ", got " + instant
                    + ". Start within these years.");
        }
        return new ManualClock(cut.toEpochMilli());
    }

    @Override
    public long epochMillis() {
        return epochMillis;
    }

    @Override
    public long nanoTime() {
        return epochMillis * NANOS_PER_MILLI; // wraps after 292 years, but only differences mean something
    }

    @Override
    public boolean mayBeWrong() {
        return false;
    }

    /** Returns the instant at which the clock stands. */
    public Instant now() {
        return Instant.ofEpochMilli(epochMillis);
    }

    /**
     * Moves the clock forward and runs the work that becomes due on the way.
     *
     * @param span how far, cut to milliseconds; not negative
     * @throws IllegalArgumentException if the span is negative, or goes beyond the year 9999; then the clock stands still
     * @throws IllegalStateException in code that an engine of this clock runs, such as a job handler. Then the call would
     *     wait for that code. Also if due work has not ended within a real minute; the clock then stands at its time. Over a shared log it returns
     *     earlier instead, because the log may hold the work up
     */
    public void advance(Duration span) {
        Objects.requireNonNull(span, "span must not be null.");
        for (DueWork work : attached) {
            work.checkMayWait(); // before the lock, which another thread holds until this one has ended
        }
        advanceAlone(span);
    }

    private synchronized void advanceAlone(Duration span) {
        if (span.isNegative()) {
            throw new IllegalArgumentException("span must be 0 or more, got " + span + ". Time never goes back.");
        }
        Duration left = Duration.between(now(), LAST);
        if (span.compareTo(left) > 0) {
            throw new IllegalArgumentException("span must end at " + LAST + " or before, at most " + left
                    + " from now, got " + span + ". Advance less.");
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
        Objects.requireNonNull(work, "work must not be null.");
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

        /**
         * Starts all work that is due now and returns once it has ended.
         *
         * @throws IllegalStateException if it has not ended after a real minute
         */
        void runDue();

        /**
         * Refuses to let a thread wait for work that waits for this thread.
         *
         * @throws IllegalStateException if the work runs on the calling thread
         */
        default void checkMayWait() {}
    }
}
