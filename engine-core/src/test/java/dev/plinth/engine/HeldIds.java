package dev.plinth.engine;

import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.settings.IdSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A source of ids that holds a thread when it asks for the secret bits of a given number. Each encryption asks for some. So
 * an import is held at a secret in the middle of its file.
 */
final class HeldIds implements IdSource {
    private final RandomIds ids = new RandomIds();
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile @Nullable Thread held;
    private volatile int left = -1;
    private final AtomicInteger seen = new AtomicInteger();

    /** Holds a thread at so many requests from now on, counted from 1. */
    void hold(Thread thread, int requests) {
        seen.set(0);
        left = requests;
        held = thread;
    }

    /** Returns how many requests the thread has made, held or not. */
    int seen() {
        return seen.get();
    }

    boolean isHeld() {
        return reached.getCount() == 0;
    }

    void release() {
        released.countDown();
    }

    @Override
    public Bits next(String kind, long epochMillis) {
        return ids.next(kind, epochMillis);
    }

    @Override
    public void fillSecret(byte[] target) {
        if (Thread.currentThread() == held && seen.incrementAndGet() == left) {
            reached.countDown();
            boolean interrupted = false;
            while (released.getCount() > 0) {
                try {
                    released.await();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        ids.fillSecret(target);
    }
}
