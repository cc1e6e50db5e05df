package dev.plinth.engine.internal.store;

import dev.plinth.engine.settings.EngineClock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A time that never falls and goes on by the monotonic clock. It compares itself with the wall clock.
 *
 * <ul>
 *   <li>If the wall clock is ahead by at most {@link #FOLLOWED_AT_ONCE_NANOS}, the time follows at once: the clock was corrected, or the
 *       machine paused.
 *   <li>If it is further ahead, the time follows once that has lasted. It follows as far as the clock was ahead at every look meanwhile.
 *   <li>If it is behind, the time goes on at nine tenths of its speed until the clock has caught up.
 * </ul>
 *
 * <p>Thread-safe, without a lock.
 */
final class SteadyTime {
    static final long FOLLOWED_AT_ONCE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SLOWER_BY = 10;

    /** The least looks that tell a lasting jump from a clock that swings to and fro. */
    private static final int LOOKS_LEAST = 3;

    private static final long WALL_MILLIS_MAX = TimeUnit.NANOSECONDS.toMillis(Long.MAX_VALUE);

    private final EngineClock clock;
    private final long lastsNanos;
    private final AtomicReference<Reading> reading;

    /**
     * Begins a time.
     *
     * @param lastsMillis how long a jump has to last until it is followed
     * @param startMillis where it begins, in epoch milliseconds
     */
    SteadyTime(EngineClock clock, long lastsMillis, long startMillis) {
        this.clock = clock;
        this.lastsNanos = TimeUnit.MILLISECONDS.toNanos(lastsMillis);
        long wall = clock.epochMillis();
        // The time between the last record and the start is a jump too, because it is not known which clock was wrong.
        long start = nanos(startMillis);
        this.reading = new AtomicReference<>(new Reading(wall, clock.nanoTime(), start, start, 0, 0));
    }

    /** Returns the time in epoch milliseconds. Asks the monotonic clock only if the wall clock has moved. */
    long millis() {
        long wall = clock.epochMillis();
        Reading last = reading.get();
        return wall == last.wallMillis ? last.millis() : look(wall);
    }

    /** Returns the same and asks both clocks, so that the time goes on while the wall clock stands still. */
    long look() {
        return look(clock.epochMillis());
    }

    /** Returns where the time was right after it last followed a jump; its beginning if there was none. */
    long jumpedToMillis() {
        return TimeUnit.NANOSECONDS.toMillis(reading.get().jumpedTo);
    }

    private long look(long wall) {
        // The monotonic clock is asked second. If the thread is held up in between, the wall clock seems to be behind,
        // never ahead.
        long nanos = clock.nanoTime();
        return reading.updateAndGet(last -> last.next(wall, nanos, lastsNanos)).millis();
    }

    private static long nanos(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(Math.min(millis, WALL_MILLIS_MAX));
    }

    /**
     * A look at the clocks.
     *
     * @param nanos reading of the monotonic clock
     * @param timeNanos the time then, in nanoseconds since the epoch
     * @param jumpedTo the time right after the last jump that was followed
     * @param jumpedAt reading of the monotonic clock when a jump was seen that is not followed yet
     * @param jumpNanos how far the wall clock was ahead at every look since; 0 if there is no jump
     */
    private record Reading(long wallMillis, long nanos, long timeNanos, long jumpedTo, long jumpedAt, long jumpNanos) {
        long millis() {
            return TimeUnit.NANOSECONDS.toMillis(timeNanos);
        }

        Reading next(long wall, long now, long lasts) {
            long elapsed = now - nanos;
            if (elapsed < 0) {
                return this; // another thread has looked later
            }
            long steady = timeNanos + elapsed;
            long lead = SteadyTime.nanos(wall) - steady;
            if (lead < 0) {
                long slow = steady - elapsed / SLOWER_BY;
                return new Reading(wall, now, Math.max(slow, steady + lead), jumpedTo, 0, 0);
            }
            if (lead <= FOLLOWED_AT_ONCE_NANOS) {
                return new Reading(wall, now, steady + lead, jumpedTo, 0, 0);
            }
            boolean goesOn = jumpNanos > 0 && elapsed <= lasts / LOOKS_LEAST;
            long since = goesOn ? jumpedAt : now;
            long least = goesOn ? Math.min(jumpNanos, lead) : lead;
            return now - since < lasts
                    ? new Reading(wall, now, steady, jumpedTo, since, least)
                    : new Reading(wall, now, steady + least, steady + least, now, lead - least);
        }
    }
}
