package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.ExpiryTime;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.store.memory.StoreTables;
import dev.plinth.engine.settings.EngineClock;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The time of a store, which never falls behind its last record. For a clock that may be wrong it is a
 * {@link SteadyTime}. A sweep cannot be undone, so it has a time of its own that follows a jump later.
 * Thread-safe.
 */
public final class EngineTime implements ExpiryTime {
    private static final System.Logger LOG = Log.of(EngineTime.class);

    /** The duration after which a jump is followed: short, so that a machine that slept is right again soon. */
    private static final long LASTS_MILLIS = TimeUnit.SECONDS.toMillis(30);

    /**
     * The duration after which the sweep follows a jump. It is long, so that a clock that was wrong at the machine's
     * start has been corrected by then.
     */
    private static final long LASTS_FOR_SWEEP_MILLIS = TimeUnit.HOURS.toMillis(3);

    private static final long LOOK_MILLIS = 1_000;
    private static final long NOTE_MILLIS = TimeUnit.MINUTES.toMillis(1);
    private static final long TOLD_FROM_MILLIS = TimeUnit.NANOSECONDS.toMillis(SteadyTime.FOLLOWED_AT_ONCE_NANOS);

    private final EngineClock clock;
    private final StoreTables tables;
    private final long floor;
    private final @Nullable SteadyTime now;
    private final @Nullable SteadyTime ofSweep;
    private final ClockNote note;
    private volatile boolean told;

    /**
     * Begins the time of tables that have all their records.
     *
     * @param leadMillis how far an earlier reign may have been ahead of its last record
     * @param note what an earlier reign noted of its clock
     */
    EngineTime(EngineClock clock, StoreTables tables, long leadMillis, ClockNote note) {
        this.clock = clock;
        this.tables = tables;
        this.floor = tables.lastTimeMillis() == 0 ? 0 : tables.lastTimeMillis() + leadMillis;
        boolean mayBeWrong = clock.mayBeWrong();
        long wall = clock.epochMillis();
        long last = tables.lastTimeMillis() == 0 ? wall : tables.lastTimeMillis();
        this.now = mayBeWrong ? new SteadyTime(clock, LASTS_MILLIS, Math.max(wall, last)) : null;
        // Only the next hours tell whether the store was off for months or the clock is wrong.
        // The last record may be of a reign that ended while its clock was wrong.
        long believed = Math.min(Math.min(wall, last), note.believedMillis());
        this.ofSweep = mayBeWrong ? new SteadyTime(clock, LASTS_FOR_SWEEP_MILLIS, believed) : null;
        this.note = note;
        noteDoubt(); // before a record of this reign has a time that may be wrong
    }

    /** Returns the time of the next record in epoch milliseconds. */
    public long millis() {
        long millis = now == null ? clock.epochMillis() : now.millis();
        return Math.max(millis, Math.max(floor, tables.lastTimeMillis()));
    }

    /** Returns how many milliseconds the time of a sweep is behind, because the clock has jumped within the last hours. */
    public long sweepLagMillis() {
        return ofSweep == null ? 0 : Math.max(0, millis() - ofSweep.millis());
    }

    @Override
    public long expiryTime(long nowMillis) {
        return ofSweep == null ? nowMillis : Math.min(nowMillis, ofSweep.millis());
    }

    /**
     * {@inheritDoc} One that began before the jump ends by the time of a sweep, or once it has gone by since the jump. So
     * it ends also if the clock is right again, and the engine's time stays ahead for days.
     */
    @Override
    public long expiryTime(long beganMillis, long nowMillis) {
        long jumpedTo = now == null ? 0 : now.jumpedToMillis();
        return beganMillis >= jumpedTo
                ? nowMillis
                : Math.max(expiryTime(nowMillis), Math.min(nowMillis, beganMillis + nowMillis - jumpedTo));
    }

    /** Returns how many real milliseconds it takes until then, as far as the clock tells. */
    public long millisUntil(long then) {
        return then - (now == null ? clock.epochMillis() : millis());
    }

    /** Returns how many milliseconds the clock is ahead of this time; less than 0 if it is behind. */
    public long clockLeadMillis() {
        return clock.epochMillis() - millis();
    }

    /** Returns a sentence on the difference between clock and time, or null if they agree. */
    public @Nullable String clockFault() {
        long lead = clockLeadMillis();
        if (now == null || Math.abs(lead) <= TOLD_FROM_MILLIS) {
            return null;
        }
        long seconds = TimeUnit.MILLISECONDS.toSeconds(Math.abs(lead));
        return lead > 0
                ? "The clock has jumped ahead by " + seconds + " s; the engine's time follows once that has lasted "
                        + TimeUnit.MILLISECONDS.toSeconds(LASTS_MILLIS) + " s."
                : "The clock is " + seconds
                        + " s behind the engine's time, which goes on more slowly until the clock has caught up.";
    }

    /**
     * Looks at the clock, and logs when clock and time begin and cease to differ. Notes for the next start whether the
     * clock is believed. For one thread.
     *
     * @return milliseconds after which to look again at the latest
     */
    public long watch() {
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
        noteDoubt();
        if (clockLeadMillis() > TOLD_FROM_MILLIS) {
            return LOOK_MILLIS;
        }
        return note.believedMillis() == Long.MAX_VALUE ? Long.MAX_VALUE : NOTE_MILLIS;
    }

    /** Brings the note forward, if there is one. Called once no other thread looks at the clock any more. */
    void end() {
        if (ofSweep != null && note.believedMillis() < Long.MAX_VALUE) {
            note.write(ofSweep.millis());
        }
    }

    /** Keeps a note while a jump has not lasted, and brings it forward as time goes by. */
    private void noteDoubt() {
        if (ofSweep == null) {
            return;
        }
        boolean doubts = Math.max(clockLeadMillis(), sweepLagMillis()) > TOLD_FROM_MILLIS;
        long believed = ofSweep.millis();
        long noted = note.believedMillis();
        if (doubts && (noted > believed || noted < believed - NOTE_MILLIS)) {
            note.write(believed);
        } else if (!doubts && noted < Long.MAX_VALUE) {
            note.clear();
        }
    }
}
