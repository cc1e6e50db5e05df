package dev.plinth.engine.spring;

import java.util.concurrent.atomic.AtomicLong;

/** Limits the memory of the JSON values of all bodies that are in flight. Thread-safe. */
final class ValueMemory {
    private final AtomicLong inFlight = new AtomicLong();
    private final long max;

    ValueMemory(long max) {
        this.max = max;
    }

    /** Returns an empty share. */
    Share share() {
        return new Share();
    }

    /** The memory of one call. Thread-safe. */
    final class Share {
        private long bytes;
        private boolean closed;

        /** Takes bytes. Returns false and takes nothing if they exceed the limit or the share is closed. */
        synchronized boolean take(long more) {
            if (closed) {
                return false;
            }
            if (inFlight.addAndGet(more) > max) {
                inFlight.addAndGet(-more);
                return false;
            }
            bytes += more;
            return true;
        }

        /** Gives everything back. Closing again does nothing. */
        synchronized void close() {
            inFlight.addAndGet(-bytes);
            bytes = 0;
            closed = true;
        }
    }
}
