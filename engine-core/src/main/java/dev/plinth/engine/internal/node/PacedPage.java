package dev.plinth.engine.internal.node;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Renders a page at most {@value #PER_SECOND} times a second, after the first {@value #BURST}. Further readers get the
 * last one, which is never older than a tenth of a second. So readers in a loop do not take a processor. The rate is the
 * generic cell rate algorithm (ITU-T I.371). Thread-safe.
 */
final class PacedPage {
    private static final int PER_SECOND = 10;
    private static final int BURST = 20;
    private static final long GAP_NANOS = TimeUnit.SECONDS.toNanos(1) / PER_SECOND;

    private final Supplier<byte[]> render;
    private final LongSupplier nanos;
    private long arrival; // guarded by this
    private byte[] last = {}; // guarded by this

    /**
     * Begins without a page.
     *
     * @param nanos the real time, because the engine's clock may stand still
     */
    PacedPage(Supplier<byte[]> render, LongSupplier nanos) {
        this.render = render;
        this.nanos = nanos;
        this.arrival = nanos.getAsLong();
    }

    /** Returns the page, which is not to be changed. */
    synchronized byte[] page() {
        long now = nanos.getAsLong();
        long debt = Math.max(0, arrival - now) + GAP_NANOS;
        if (debt <= GAP_NANOS * BURST || last.length == 0) {
            arrival = now + debt;
            last = render.get();
        }
        return last;
    }

    /** Has the next reader get a new page, because the last one would be wrong. */
    synchronized void forget() {
        last = new byte[0];
    }
}
