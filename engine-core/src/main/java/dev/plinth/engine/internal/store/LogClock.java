package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.settings.EngineClock;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * The clock of a node's machine, set right by the clock of the log at the beginning of each reign and now and then. So the
 * engine's time goes on over takeovers between machines whose clocks differ, and does not drift with a machine. Thread-safe.
 */
public final class LogClock implements EngineClock {
    private static final System.Logger LOG = Log.of(LogClock.class);
    private static final long AGREES_MILLIS = TimeUnit.SECONDS.toMillis(1);

    private final EngineClock machine;
    private volatile long offsetMillis;

    private LogClock(EngineClock machine) {
        this.machine = machine;
    }

    /** Returns a clock that a log sets right, if that clock may be wrong. A manual clock stays as it is. */
    public static EngineClock of(EngineClock clock) {
        return clock.mayBeWrong() ? new LogClock(clock) : clock;
    }

    /** Returns what the machine's own clock shows, in epoch milliseconds. */
    static long machineMillis(EngineClock clock) {
        return clock instanceof LogClock byLog ? byLog.machine.epochMillis() : clock.epochMillis();
    }

    /**
     * Sets a clock right, unless it agrees with that of a log to a second, or is no clock of a machine. The engine's time
     * follows as it follows any jump of a clock, and never goes back.
     *
     * @param time what the clock of the log showed
     * @param asked what the machine's clock showed before the log was asked; the answer has just come
     */
    static void setRight(EngineClock clock, Instant time, long asked) {
        if (clock instanceof LogClock byLog) {
            byLog.setRight(time.toEpochMilli(), asked);
        }
    }

    private void setRight(long time, long asked) {
        long least = time - machine.epochMillis();
        long most = time - asked;
        if (most - offsetMillis >= -AGREES_MILLIS && least - offsetMillis <= AGREES_MILLIS) {
            return;
        }
        long offset = most < -AGREES_MILLIS ? most : least > AGREES_MILLIS ? least : 0;
        offsetMillis = offset;
        if (offset != 0) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The clock of this machine is " + TimeUnit.MILLISECONDS.toSeconds(Math.abs(offset)) + " s "
                            + (offset < 0 ? "ahead of" : "behind")
                            + " that of the log, by which the engine's time goes. Set the machine's clock right.");
        }
    }

    @Override
    public long epochMillis() {
        return machine.epochMillis() + offsetMillis;
    }

    @Override
    public long nanoTime() {
        return machine.nanoTime();
    }

    @Override
    public boolean mayBeWrong() {
        return true;
    }
}
