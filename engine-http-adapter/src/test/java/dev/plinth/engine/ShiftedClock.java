package dev.plinth.engine;

import dev.plinth.engine.settings.EngineClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** The clock of the machine, but wrong by some time, and with time that passes at once. */
final class ShiftedClock implements EngineClock {
    private final AtomicLong wrongMillis = new AtomicLong();
    private final AtomicLong passedNanos = new AtomicLong();
    private final AtomicReference<Runnable> atWrongTime = new AtomicReference<>();

    /** Puts the wall clock ahead, or back. */
    void step(Duration by) {
        wrongMillis.addAndGet(by.toMillis());
    }

    /** Lets time pass, by both clocks. */
    void pass(Duration span) {
        passedNanos.addAndGet(span.toNanos());
    }

    /** Sets what is run once, as soon as somebody reads a wrong time. */
    void atWrongTime(Runnable told) {
        atWrongTime.set(told);
    }

    @Override
    public long epochMillis() {
        if (wrongMillis.get() != 0 && atWrongTime.get() != null) {
            Runnable told = atWrongTime.getAndSet(null);
            if (told != null) {
                told.run();
            }
        }
        return System.currentTimeMillis() + wrongMillis.get() + passedNanos.get() / 1_000_000;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime() + passedNanos.get();
    }

    @Override
    public boolean mayBeWrong() {
        return true;
    }
}
