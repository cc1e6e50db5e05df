package dev.plinth.engine.internal.pipeline;

import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts the calls that are inside, admits none once it is closed, and tells when the last one has left. Thread-safe.
 *
 * <p>Two adders instead of one counter, because every call passes here twice and callers on many cores must not meet on
 * one cache line. An adder's increment need not be ordered before a later read, hence the fences. So a caller sees the
 * closed gate, or the closing thread counts the caller.
 */
final class DrainGate {
    private final LongAdder entered = new LongAdder();
    private final LongAdder left = new LongAdder();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition gone = lock.newCondition();
    private volatile boolean closed;

    /** Admits a call, which then has to {@link #leave}. Returns false if the gate is closed. */
    boolean enter() {
        if (closed) {
            return false;
        }
        entered.increment();
        VarHandle.fullFence();
        if (closed) {
            leave();
            return false;
        }
        return true;
    }

    /** Lets a call out. */
    void leave() {
        left.increment();
        VarHandle.fullFence();
        if (closed) {
            lock.lock();
            try {
                gone.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Admits no more calls. */
    void close() {
        closed = true;
        VarHandle.fullFence();
    }

    /** Returns about how many are inside. */
    long inside() {
        long gone = left.sum();
        return entered.sum() - gone;
    }

    /**
     * Waits in real time until no call is inside. Returns false if that took too long. Call it once the gate is closed.
     */
    boolean awaitEmpty(long timeoutMillis) {
        long wait = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        lock.lock();
        try {
            // Calls that left are counted first: if both are equal, no call was inside when the second was read.
            while (left.sum() != entered.sum() && wait > 0) {
                wait = gone.awaitNanos(wait);
            }
            return wait > 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
