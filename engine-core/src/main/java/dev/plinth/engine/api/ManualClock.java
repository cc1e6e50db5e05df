package dev.plinth.engine.api;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A clock that stands still until it is turned.
 *
 * <p>{@link #advance} stops at every instant at which an engine has something due, lets it run and waits for what it started,
 * so that when it returns all that falls into the span has happened, in time order. A webhook's receiver takes real time.
 * Listeners do not go by this clock: each event comes to them as it is committed, and again a real second after they failed, and
 * {@code advance} does not wait for them. Thread-safe; advances queue up behind each other.
 */
public final class ManualClock implements EngineClock {
    private static final long NANOS_PER_MILLI = 1_000_000L;

    private final List<DueWork> attached = new CopyOnWriteArrayList<>();
    private volatile long epochMillis;

    private ManualClock(long epochMillis) {
        this.epochMillis = epochMillis;
    }

    /** A clock that stands at this instant, cut to milliseconds. */
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

    /** The instant at which the clock stands. */
    public Instant now() {
        return Instant.ofEpochMilli(epochMillis);
    }

    /**
     * Turns the clock forward, running what falls due on the way.
     *
     * @param span how far, cut to milliseconds; not negative
     * @throws IllegalArgumentException if the span is negative
     */
    public synchronized void advance(Duration span) {
        if (span.isNegative()) {
            throw new IllegalArgumentException(
                    "Expected a span of 0 or more, but got " + span + "; time never goes back");
        }
        long target = Math.addExact(epochMillis, span.toMillis());
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

    /** Registers what has to run when time passes; closing the handle takes it out again. For engines. */
    public Attachment attach(DueWork work) {
        attached.add(work);
        return () -> attached.remove(work);
    }

    /** Takes out again what was attached. */
    @FunctionalInterface
    public interface Attachment extends AutoCloseable {
        @Override
        void close();
    }

    /** Something that has work at known instants. */
    public interface DueWork {
        /**
         * When the next work is due that can make progress, as epoch milliseconds (an instant in the past means now);
         * {@code Long.MAX_VALUE} if there is none.
         */
        long nextDueMillis();

        /** Starts all that is due now and returns when it has come to rest. */
        void runDue();
    }
}
