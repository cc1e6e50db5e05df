package dev.plinth.engine.internal.store;

import java.util.List;
import java.util.logging.Level;

/** Captures what the store tells the log of its clock, for tests of other rooms. */
public final class StoreLog implements AutoCloseable {
    private final CapturedClassLog log = new CapturedClassLog(EngineTime.class, Level.INFO);

    private StoreLog() {}

    public static StoreLog listen() {
        return new StoreLog();
    }

    public List<String> lines() {
        return log.lines();
    }

    /** Does something again and again until a line is there that begins so. */
    public void awaitLine(String start, Runnable again) {
        while (log.lines().stream().noneMatch(line -> line.startsWith(start))) {
            if (Thread.currentThread().isInterrupted()) {
                throw new AssertionError("Expected " + start + " before the time was over, but got " + log.lines());
            }
            again.run();
        }
    }

    @Override
    public void close() {
        log.close();
    }
}
