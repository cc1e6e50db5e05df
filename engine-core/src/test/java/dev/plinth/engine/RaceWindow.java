package dev.plinth.engine;

import java.util.concurrent.atomic.AtomicInteger;

/** Keeps the window of a planted race open until another thread comes by, or for a while if none does. */
public final class RaceWindow {
    private static final int LOOKS_MAX = 1_000;
    private static final int LOOKS_AFTER = 20;

    private final AtomicInteger comings = new AtomicInteger();

    /** A thread comes by. */
    public void pass() {
        comings.incrementAndGet();
    }

    /** Waits for another one, and lets it go on a little. */
    public void open() {
        int before = comings.get();
        for (int i = 0; i < LOOKS_MAX && comings.get() == before; i++) {
            Thread.yield();
        }
        for (int i = 0; i < LOOKS_AFTER; i++) {
            Thread.yield();
        }
    }
}
