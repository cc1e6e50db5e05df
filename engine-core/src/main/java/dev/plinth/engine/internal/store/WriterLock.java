package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Recordings;
import dev.plinth.engine.internal.base.rows.StoreFigures;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The lock of the writer. It spins for a moment before its caller sleeps, and measures for how long it is held. Its
 * holder may take it again. Any thread may read the figures.
 */
final class WriterLock {
    private static final int SPINS_MAX = Runtime.getRuntime().availableProcessors() == 1 ? 0 : 1000;

    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong longestNanos = new AtomicLong();
    private final AtomicLong reads = new AtomicLong();
    private long since;
    private @Nullable WriterHoldRecording event;

    /**
     * Takes the lock. Unless other threads sleep for it, it spins for a moment before it sleeps too. The holder runs on
     * another processor and ends within some microseconds.
     */
    void lock() {
        boolean locked = false;
        for (int i = 0; i < SPINS_MAX && !locked && !lock.hasQueuedThreads(); i++) {
            locked = lock.tryLock();
            if (!locked) {
                Thread.onSpinWait();
            }
        }
        if (!locked) {
            lock.lock();
        }
        begin();
    }

    /** Takes the lock within a moment, also before sleeping threads. Returns false if it is not free. */
    boolean tryLock() {
        boolean locked = lock.tryLock();
        for (int i = 0; i < SPINS_MAX && !locked; i++) {
            Thread.onSpinWait();
            locked = lock.tryLock();
        }
        if (locked) {
            begin();
        }
        return locked;
    }

    void unlock() {
        WriterHoldRecording ended = null;
        try {
            if (lock.getHoldCount() == 1) {
                end();
                ended = event;
                event = null;
            }
        } finally {
            lock.unlock();
        }
        if (ended != null) {
            ended.commit();
        }
    }

    boolean isHeldHere() {
        return lock.isHeldByCurrentThread();
    }

    boolean isAwaited() {
        return lock.hasQueuedThreads();
    }

    /** Returns about how many threads sleep for it. */
    int waiting() {
        return lock.getQueueLength();
    }

    /** Counts a read that begins inside the lock. */
    void readBegins() {
        add(reads, 1);
    }

    StoreFigures.WriterFigures figures() {
        return new StoreFigures.WriterFigures(count.get(), nanos.get(), longestNanos.get(), reads.get());
    }

    /** Begins to measure. Missing memory gives the lock back, or no thread would ever have it again. */
    private void begin() {
        try {
            if (lock.getHoldCount() == 1) {
                since = System.nanoTime();
                event = Recordings.begun(WriterHoldRecording::probe, WriterHoldRecording::new);
            }
        } catch (RuntimeException | Error e) {
            lock.unlock();
            throw e;
        }
    }

    private void end() {
        long held = System.nanoTime() - since;
        add(count, 1);
        add(nanos, held);
        if (held > longestNanos.getPlain()) {
            longestNanos.setOpaque(held);
        }
    }

    /** Adds without a fence, because no other thread adds meanwhile. */
    private static void add(AtomicLong sum, long more) {
        sum.setOpaque(sum.getPlain() + more);
    }
}
