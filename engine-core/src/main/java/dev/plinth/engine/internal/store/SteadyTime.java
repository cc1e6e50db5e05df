package dev.plinth.engine.internal.store;

import dev.plinth.engine.api.EngineClock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A time that never falls and does not believe every jump of its clock. It goes on by the monotonic clock, and looks at the wall clock
 * for what that has gone further:
 *
 * <ul>
 *   <li>up to {@link #FOLLOWED_AT_ONCE_NANOS} ahead, it follows at once: a correction, or a short pause of the machine;
 *   <li>further ahead, it follows once the jump has lasted. Of several jumps it follows what all looks meanwhile have seen;
 *   <li>behind, it goes on at nine tenths of the speed until the wall clock has caught up.
 * </ul>
 *
 * <p>Thread-safe, without a lock.
 */
final class SteadyTime {
    static final long FOLLOWED_AT_ONCE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SLOWER_BY = 10;

    /** A jump has lasted only if it was looked at so many times meanwhile, about: a clock may also swing to and fro. */
    private static final int LOOKS_LEAST = 3;

    private static final long WALL_MILLIS_MAX = TimeUnit.NANOSECONDS.toMillis(Long.MAX_VALUE);

    private final EngineClock clock;
    private final long lastsNanos;
    private final AtomicReference<Reading> reading;

    /**
     * A time that begins now.
     *
     * @param lasts how long a jump has to last until it is followed, in milliseconds
     * @param startMillis where it begins, in epoch milliseconds
     */
    SteadyTime(EngineClock clock, long lasts, long startMillis) {
        this.clock = clock;
        this.lastsNanos = TimeUnit.MILLISECONDS.toNanos(lasts);
        long wall = clock.epochMillis();
        this.reading = new AtomicReference<>(new Reading(wall, clock.nanoTime(), nanos(startMillis), 0, 0));
    }

    /** The time in epoch milliseconds. Within a millisecond of the wall clock it asks no other one. */
    long millis() {
        long wall = clock.epochMillis();
        Reading last = reading.get();
        return wall == last.wallMillis ? last.millis() : look(wall);
    }

    /** The same, with a look at both clocks: where the wall clock stands still, the time goes on all the same. */
    long look() {
        return look(clock.epochMillis());
    }

    private long look(long wall) {
        // Behind the wall clock: a thread that sleeps in between makes that seem slow, which is mended by the next look.
        long nanos = clock.nanoTime();
        return reading.updateAndGet(last -> last.next(wall, nanos, lastsNanos)).millis();
    }

    private static long nanos(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(Math.min(millis, WALL_MILLIS_MAX));
    }

    /**
     * The last look at the clocks.
     *
     * @param nanos what the monotonic clock showed
     * @param timeNanos the time by then, in nanoseconds since the epoch
     * @param jumpedAt when a jump was seen that is not followed yet, by the monotonic clock
     * @param jumpNanos what all looks since then have seen of it; 0 if there is none
     */
    private record Reading(long wallMillis, long nanos, long timeNanos, long jumpedAt, long jumpNanos) {
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
                return new Reading(wall, now, Math.max(slow, steady + lead), 0, 0);
            }
            if (lead <= FOLLOWED_AT_ONCE_NANOS) {
                return new Reading(wall, now, steady + lead, 0, 0);
            }
            boolean goesOn = jumpNanos > 0 && elapsed <= lasts / LOOKS_LEAST;
            long since = goesOn ? jumpedAt : now;
            long least = goesOn ? Math.min(jumpNanos, lead) : lead;
            return now - since < lasts
                    ? new Reading(wall, now, steady, since, least)
                    : new Reading(wall, now, steady + least, now, lead - least);
        }
    }
}
