package dev.plinth.engine.internal.store;

import java.util.concurrent.atomic.AtomicLong;

/** Measures for how long the writer lock is held. One thread at a time, the one that has it; anybody reads the figures. */
final class WriterHolds {
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong longestNanos = new AtomicLong();
    private final AtomicLong reads = new AtomicLong();
    private long since;

    /** The lock was taken. */
    void begin() {
        since = System.nanoTime();
    }

    /** A read begins inside the lock. */
    void readBegins() {
        add(reads, 1);
    }

    /** The lock is about to be given back. */
    void end() {
        long held = System.nanoTime() - since;
        add(count, 1);
        add(nanos, held);
        if (held > longestNanos.getPlain()) {
            longestNanos.setOpaque(held);
        }
    }

    StoreFigures.WriterFigures figures() {
        return new StoreFigures.WriterFigures(count.get(), nanos.get(), longestNanos.get(), reads.get());
    }

    /** Adds without a fence: nobody else adds meanwhile. */
    private static void add(AtomicLong sum, long more) {
        sum.setOpaque(sum.getPlain() + more);
    }
}
