package dev.plinth.engine.settings;

/** The machine's own wall clock and monotonic clock. */
enum SystemClock implements EngineClock {
    INSTANCE;

    @Override
    public long epochMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }
}
