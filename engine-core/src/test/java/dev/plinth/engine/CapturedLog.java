package dev.plinth.engine;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Takes what the engine logs instead of the console, until it is closed; a test may let it fail as a host's handler may. Thread-safe. */
public final class CapturedLog extends Handler implements AutoCloseable {
    private final Logger engine = Logger.getLogger("dev.plinth.engine");

    /** Other tests of the same JVM may have silenced it. */
    private final Logger store = Logger.getLogger("dev.plinth.engine.internal.store");

    private final Level storesLevel = store.getLevel();
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Consumer<String> also;

    private CapturedLog(Consumer<String> also) {
        this.also = also;
        store.setLevel(Level.INFO);
        engine.setUseParentHandlers(false);
        engine.addHandler(this);
    }

    /** Makes a log that only listens. */
    public static CapturedLog open() {
        return new CapturedLog(line -> {});
    }

    /** Makes a log that shows each line to a host's code, on the thread that logs it. */
    public static CapturedLog showing(Consumer<String> code) {
        return new CapturedLog(code);
    }

    /** The messages so far. */
    public List<String> lines() {
        return lines;
    }

    @Override
    public void publish(LogRecord record) {
        lines.add(record.getMessage());
        also.accept(record.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        engine.removeHandler(this);
        engine.setUseParentHandlers(true);
        store.setLevel(storesLevel);
    }
}
