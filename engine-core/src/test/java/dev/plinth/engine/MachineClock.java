package dev.plinth.engine;

import dev.plinth.engine.settings.EngineClock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** The clock of a machine that a test sets: its wall clock may be put wrong, its monotonic one only goes on. */
public final class MachineClock implements EngineClock {
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong wallMillis;

    private MachineClock(long wallMillis) {
        this.wallMillis = new AtomicLong(wallMillis);
    }

    public static MachineClock startingAt(Instant instant) {
        return new MachineClock(instant.toEpochMilli());
    }

    /** Lets time pass, by both clocks. */
    public void pass(Duration span) {
        nanos.addAndGet(span.toNanos());
        wallMillis.addAndGet(span.toMillis());
    }

    /** Puts the wall clock ahead, or back. */
    public void step(Duration span) {
        wallMillis.addAndGet(span.toMillis());
    }

    /** Lets time pass while the wall clock stands still. */
    public void passWithoutWall(Duration span) {
        nanos.addAndGet(span.toNanos());
    }

    @Override
    public long epochMillis() {
        return wallMillis.get();
    }

    @Override
    public long nanoTime() {
        return nanos.get();
    }

    @Override
    public boolean mayBeWrong() {
        return true;
    }
}
