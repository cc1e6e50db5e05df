package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Committer;
import dev.plinth.engine.internal.base.decision.Outcome;
import java.util.function.BooleanSupplier;

/**
 * Commits the steps of attempts, and retries while there is no room for a step. So a full disk does not leave an
 * attempt between two steps, and nothing is done twice because of it. Once the journal has failed it stops retrying.
 * Thread-safe; it holds the calling thread.
 */
public final class RetryingCommitter implements Committer {
    private static final long PAUSE_MILLIS = 1000;

    private final Committer committer;
    private final BooleanSupplier writable;
    private boolean stopped;

    /**
     * Makes a committer on top of this one.
     *
     * @param writable tells whether the store takes records; once it does not, nothing is retried
     */
    public RetryingCommitter(Committer committer, BooleanSupplier writable) {
        this.committer = committer;
        this.writable = writable;
    }

    @Override
    public Outcome commit(Caller caller, Command.Change change) {
        return commit(caller, change, Integer.MAX_VALUE);
    }

    /** Commits with a limited number of tries, a second apart. The outcome tells whether there was room. */
    public Outcome commit(Caller caller, Command.Change change, int tries) {
        Outcome outcome = committer.commit(caller, change);
        for (int i = 1; i < tries && mayHaveRoomLater(outcome) && !isStopped() && pause(); i++) {
            outcome = committer.commit(caller, change);
        }
        return outcome;
    }

    /**
     * Returns true if a step was refused for lack of room, which there may be later. A failed journal refuses in the
     * same way.
     */
    public static boolean mayHaveRoomLater(Outcome outcome) {
        return outcome instanceof Outcome.Refused refused && refused.refusal().retryAfterSeconds() > 0;
    }

    /** Stops retrying, because the engine closes. */
    public synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    /** Returns true once nothing is retried, because the engine closes or the journal has failed. */
    public synchronized boolean isStopped() {
        return stopped || !writable.getAsBoolean();
    }

    /** Waits a moment in real time. Returns false if nothing is retried any more. */
    @SuppressWarnings("WaitNotInLoop") // to wake early only means to try early
    private synchronized boolean pause() {
        try {
            if (!stopped) {
                wait(PAUSE_MILLIS);
            }
            return !isStopped();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
