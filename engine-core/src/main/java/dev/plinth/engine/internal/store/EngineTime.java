package dev.plinth.engine.internal.store;

import dev.plinth.engine.api.EngineClock;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The time of a store: that of its clock, but never before the last record's. A clock that may be wrong is not believed at once
 * ({@link SteadyTime}), and a sweep, which cannot be taken back, believes it later than everything else.
 */
final class EngineTime {
    private static final System.Logger LOG = System.getLogger(EngineTime.class.getName());

    /** Short enough that a machine that slept is right again soon. */
    private static final long LASTS_MILLIS = TimeUnit.SECONDS.toMillis(30);

    /** Long enough that a clock that was wrong at the start of the machine has been set right. */
    private static final long LASTS_FOR_SWEEP_MILLIS = TimeUnit.HOURS.toMillis(1);

    private static final long LOOK_MILLIS = 1_000;
    private static final long TOLD_FROM_MILLIS = TimeUnit.NANOSECONDS.toMillis(SteadyTime.FOLLOWED_AT_ONCE_NANOS);

    private final EngineClock clock;
    private final Tables tables;
    private final @Nullable SteadyTime now;
    private final @Nullable SteadyTime ofSweep;
    private volatile boolean told;

    /** The time of these tables, which have their records by now. */
    EngineTime(EngineClock clock, Tables tables) {
        this.clock = clock;
        this.tables = tables;
        boolean mayBeWrong = clock.mayBeWrong();
        long wall = clock.epochMillis();
        long last = tables.lastTimeMillis() == 0 ? wall : tables.lastTimeMillis();
        this.now = mayBeWrong ? new SteadyTime(clock, LASTS_MILLIS, Math.max(wall, last)) : null;
        // A store may have been off for months, or the clock be wrong: the sweep waits and sees.
        this.ofSweep = mayBeWrong ? new SteadyTime(clock, LASTS_FOR_SWEEP_MILLIS, Math.min(wall, last)) : null;
    }

    /** The time of the next record in epoch milliseconds. */
    long millis() {
        return Math.max(now == null ? clock.epochMillis() : now.millis(), tables.lastTimeMillis());
    }

    /** How many milliseconds of that a sweep does not believe yet. */
    long sweepLagMillis() {
        return ofSweep == null ? 0 : Math.max(0, millis() - ofSweep.millis());
    }

    /** How many real milliseconds it takes until this time, as far as the clock tells. */
    long millisUntil(long then) {
        return then - (now == null ? clock.epochMillis() : millis());
    }

    /** How many milliseconds the clock is ahead of this time; less than 0 if it stands before it. */
    long clockLeadMillis() {
        return clock.epochMillis() - millis();
    }

    /** What is wrong with the clock, as a sentence; null if it and this time agree. */
    @Nullable
    String clockFault() {
        long lead = clockLeadMillis();
        if (now == null || Math.abs(lead) <= TOLD_FROM_MILLIS) {
            return null;
        }
        long seconds = TimeUnit.MILLISECONDS.toSeconds(Math.abs(lead));
        return lead > 0
                ? "The clock has jumped ahead by " + seconds + " s; the engine's time follows once that has lasted "
                        + TimeUnit.MILLISECONDS.toSeconds(LASTS_MILLIS) + " s."
                : "The clock stands " + seconds
                        + " s before the engine's time, which goes on more slowly until the clock has caught up.";
    }

    /**
     * Looks at the clock, and tells the log when it begins and when it ceases to be wrong. For one thread.
     *
     * @return milliseconds after which to come again at the latest
     */
    long watch() {
        if (now == null) {
            return Long.MAX_VALUE;
        }
        long unused = now.look();
        String fault = clockFault();
        if (told != (fault != null)) {
            told = fault != null;
            LOG.log(
                    told ? System.Logger.Level.WARNING : System.Logger.Level.INFO,
                    told ? fault : "The clock and the engine's time agree again.");
        }
        return clockLeadMillis() > TOLD_FROM_MILLIS ? LOOK_MILLIS : Long.MAX_VALUE;
    }
}
