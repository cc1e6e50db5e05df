package dev.plinth.engine.api;

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
