package dev.plinth.engine.spring;

import dev.plinth.engine.server.CallDoor;
import org.springframework.context.SmartLifecycle;

/** Answers the calls that wait before the web server drains, so that it has nothing to wait for. */
final class WireLifecycle implements SmartLifecycle {
    private final CallDoor door;
    private volatile boolean running;

    WireLifecycle(CallDoor door) {
        this.door = door;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        door.endWaits();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return DEFAULT_PHASE;
    }

    /** Returns false, because waits that have ended stay so. Spring 7 asks; Spring 6 has no such method. */
    public boolean isPauseable() {
        return false;
    }
}
