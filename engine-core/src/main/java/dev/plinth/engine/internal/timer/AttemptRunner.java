package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.Deadline;
import dev.plinth.engine.internal.base.EngineTimer;
import dev.plinth.engine.internal.base.FatalErrors;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.problem.RefusedException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs attempts on an executor: each number at most once at a time, and not more than a number together. Jobs,
 * webhook deliveries, the sweep and listeners have a runner each. Thread-safe.
 *
 * <p>An attempt records its own failure, and then waits for its schedule. An attempt that throws could not even do
 * that, so its work is still due. Its number gets a {@link Backoff}.
 */
public final class AttemptRunner {
    private static final int BACKOFFS_MAX = 10_000;

    private final System.Logger log = Log.sparing(AttemptRunner.class);
    private final Set<Long> claimed = ConcurrentHashMap.newKeySet();
    private final Map<Long, Backoff> backoffs = new ConcurrentHashMap<>();
    private final Executor executor;
    private final FatalErrors fatalErrors;
    private final EngineTimer timer;
    private volatile int runningMax;
    private final Object settled = new Object();

    /** Attempts that have freed their number and still give back their slots; guarded by {@link #settled}. */
    private int settling;

    private volatile boolean open = true;
    private volatile @Nullable Runnable doorbell;
    private volatile @Nullable LongConsumer backoffEnded;

    /**
     * Makes a runner on this executor with a limit of attempts at once.
     *
     * @param fatalErrors learns of an error that ends an attempt
     * @param timer tells when a backoff is over
     */
    public AttemptRunner(Executor executor, int runningMax, FatalErrors fatalErrors, EngineTimer timer) {
        this.executor = executor;
        this.runningMax = runningMax;
        this.fatalErrors = fatalErrors;
        this.timer = timer;
    }

    /** Sets how many attempts may be in flight from now on. Those in flight go on. */
    public void resize(int most) {
        runningMax = most;
        ring();
    }

    /** Sets the listener that learns that an attempt has ended, so that the next one can start. */
    public void onSettled(Runnable listener) {
        doorbell = listener;
    }

    /** Sets the listener that learns of each number whose backoff is over. It runs on the executor and may wait. */
    public void onBackoffEnd(LongConsumer listener) {
        backoffEnded = listener;
    }

    /**
     * Begins an attempt that lasts until its claim ends, on any thread. Returns null if its number has an attempt in
     * flight or backs off, or if there is no room.
     */
    public @Nullable Claim tryClaim(long number) {
        return claim(number) ? new Claim(number) : null;
    }

    /** An attempt in flight. Only its first end counts. Thread-safe. */
    public final class Claim {
        private final long number;
        private final AtomicBoolean ended = new AtomicBoolean();

        private Claim(long number) {
            this.number = number;
        }

        /** Returns the claimed number. */
        public long number() {
            return number;
        }

        /**
         * Ends the attempt: frees its number, gives back what it holds, and rings. In this order a thread that sees a
         * free slot can claim the number too.
         *
         * @param failure why the attempt could not record its own end, so that its work is still due and backs off;
         *     null if it could
         */
        public void end(@Nullable Throwable failure, Runnable giveBack) {
            if (!ended.compareAndSet(false, true)) {
                return;
            }
            // If memory is short each part may throw, and must not keep the others from running.
            try {
                if (failure != null) {
                    rest(number, failure);
                }
            } finally {
                beginToSettle(number);
                try {
                    giveBack.run();
                } finally {
                    settle();
                    ring();
                }
            }
        }

        /** Rings while the attempt goes on, because it has given back something. */
        public void ring() {
            AttemptRunner.this.ring();
        }

        /** Takes the claim back as if it had not been made, and does not ring. */
        public void giveUp() {
            if (ended.compareAndSet(false, true)) {
                release(number);
            }
        }
    }

    /** Starts an attempt. Returns false if its number has an attempt in flight or backs off, or if there is no room. */
    public boolean tryStart(long number, Runnable work) {
        AtomicBoolean begun = new AtomicBoolean(); // an executor of the host may take the work and then throw
        if (!claim(number)) {
            return false;
        }
        try {
            executor.execute(() -> {
                if (begun.compareAndSet(false, true)) {
                    run(number, work);
                }
            });
            return true;
        } catch (RuntimeException | Error e) {
            if (!begun.compareAndSet(false, true)) {
                return true;
            }
            // There is no thread. The listener of ended attempts is not told, because it would try again at once.
            release(number);
            log.log(System.Logger.Level.WARNING, "No thread is available for an attempt; it is tried again", e);
            return false;
        }
    }

    /** Returns true if an attempt of this number is in flight, or if the number backs off. */
    public boolean isClaimed(long number) {
        return claimed.contains(number) || isResting(number);
    }

    /** Returns true if no more attempts can start now. */
    public boolean isFull() {
        return claimed.size() >= runningMax;
    }

    /** Returns false once no more attempts are started. */
    public boolean isOpen() {
        return open;
    }

    /** Starts no more attempts. */
    public void stop() {
        open = false;
    }

    /** Waits in real time until no attempt is in flight. Returns false if that took too long. */
    public boolean awaitIdle(long timeoutMillis) {
        Deadline deadline = Deadline.inMillis(timeoutMillis);
        synchronized (settled) {
            while (!claimed.isEmpty() || settling > 0) {
                long left = deadline.millisLeft();
                if (left == 0) {
                    return false;
                }
                try {
                    settled.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
            return true;
        }
    }

    /** Looks for room and takes it in one step, so that two callers cannot both take the last place. */
    private boolean claim(long number) {
        synchronized (settled) {
            return open && claimed.size() < runningMax && !isResting(number) && claimed.add(number);
        }
    }

    private boolean isResting(long number) {
        Backoff backoff = backoffs.isEmpty() ? null : backoffs.get(number);
        return backoff != null && !backoff.isOver();
    }

    private void run(long number, Runnable work) {
        try {
            work.run();
        } catch (RefusedException refused) {
            log.log(
                    System.Logger.Level.WARNING,
                    "The store refused to record an attempt, so the attempt ended: "
                            + refused.refusal().detail());
        } catch (RuntimeException | Error e) {
            rest(number, e);
        } finally {
            release(number);
            ring();
        }
    }

    private void rest(long number, Throwable failure) {
        fatalErrors.saw(failure);
        if (backoffs.size() >= BACKOFFS_MAX) {
            backoffs.values().removeIf(Backoff::isOver);
        }
        Backoff backoff = Backoff.after(backoffs.get(number));
        backoffs.put(number, backoff);
        timer.run(backoff.millis(), () -> backoffIsOver(number));
        log.log(
                System.Logger.Level.ERROR,
                "An attempt could not record its end; the next one comes after " + backoff.millis() + " ms",
                failure);
    }

    /**
     * Tells that a backoff is over. It uses the executor, because the listener may wait for the disk, and this thread
     * serves the whole engine.
     */
    private void backoffIsOver(long number) {
        LongConsumer listener = backoffEnded;
        if (listener == null) {
            ring();
            return;
        }
        try {
            executor.execute(() -> {
                try {
                    listener.accept(number);
                } finally {
                    ring();
                }
            });
        } catch (RejectedExecutionException | OutOfMemoryError noThread) {
            ring();
        }
    }

    /**
     * Frees the number of an attempt that still has to give back what it holds. Until then the runner does not count as
     * idle.
     */
    private void beginToSettle(long number) {
        synchronized (settled) {
            claimed.remove(number);
            settling++;
        }
    }

    private void settle() {
        synchronized (settled) {
            settling--;
            settled.notifyAll();
        }
    }

    private void release(long number) {
        synchronized (settled) {
            claimed.remove(number);
            settled.notifyAll();
        }
    }

    private void ring() {
        Runnable listener = doorbell;
        if (listener != null) {
            listener.run();
        }
    }
}
