package dev.plinth.engine.spring;

import dev.plinth.engine.Engine;
import org.springframework.context.SmartLifecycle;

/**
 * Lets background work begin when the application has started, and closes the engine when it stops. The web server has
 * drained by then, and no bean is destroyed yet that a handler calls.
 */
final class EngineLifecycle implements SmartLifecycle {
    /** Below the phases of the web server, {@code DEFAULT_PHASE - 1024} and {@code - 2048}. */
    static final int PHASE = DEFAULT_PHASE - 4096;

    private final Engine engine;
    private final Started started;
    private volatile boolean running;
    private volatile boolean closed;

    EngineLifecycle(Engine engine, Started started) {
        this.engine = engine;
        this.started = started;
    }

    /**
     * Lets background work begin.
     *
     * @throws IllegalStateException if the engine has been closed
     */
    @Override
    public void start() {
        if (closed) {
            throw new IllegalStateException(
                    "The engine is closed and does not start again. Make a new application context.");
        }
        running = true;
        started.begin();
    }

    @Override
    public void stop() {
        closed = true;
        running = false;
        engine.close();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /** Returns false, because a closed engine does not start again. Spring 7 asks; Spring 6 has no such method. */
    public boolean isPauseable() {
        return false;
    }
}
