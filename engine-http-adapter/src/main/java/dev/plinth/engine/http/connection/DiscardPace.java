package dev.plinth.engine.http.connection;

import dev.plinth.engine.http.call.FramingLimits;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the bytes that a listener discards in a second. Senders whose bodies were refused would otherwise keep the
 * selector threads busy, which answer everybody else. Thread-safe.
 */
final class DiscardPace {
    private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final AtomicLong freeNanos;

    /** Begins at a time of {@link System#nanoTime}. */
    DiscardPace(long now) {
        freeNanos = new AtomicLong(now);
    }

    /** Returns for how many nanoseconds to wait after having discarded bytes, so that each caller gets a turn of its own. */
    long nanosAfter(long bytes, long now) {
        long cost = bytes * NANOS_PER_SECOND / FramingLimits.DISCARDED_BYTES_PER_SECOND;
        return freeNanos.updateAndGet(free -> (free - now > 0 ? free : now) + cost) - now;
    }
}
