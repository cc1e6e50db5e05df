package dev.plinth.engine.internal.base;

import java.util.concurrent.TimeUnit;

/** A moment in real time that several waits share. Immutable. */
public final class Deadline {
    private final long atNanos;

    private Deadline(long atNanos) {
        this.atNanos = atNanos;
    }

    /** Returns the moment so many milliseconds from now. */
    public static Deadline inMillis(long millis) {
        return new Deadline(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /** Returns the milliseconds since then, 0 or more. */
    public long millisPast() {
        return Math.max(0, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - atNanos));
    }

    /** Returns the milliseconds that are left, 0 or more. */
    public long millisLeft() {
        return Math.max(0, TimeUnit.NANOSECONDS.toMillis(atNanos - System.nanoTime()));
    }
}
