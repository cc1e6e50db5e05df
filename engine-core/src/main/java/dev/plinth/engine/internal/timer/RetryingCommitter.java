package dev.plinth.engine.internal.timer;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Committer;
import dev.plinth.engine.internal.base.Outcome;
import java.util.function.BooleanSupplier;

/**
 * Commits the steps of attempts, and while there is no room for one tries again: a full disk must not leave an attempt between two steps,
 * and nothing is done twice because of it. Once the journal has failed it tries no more. Thread-safe; it holds the thread that calls it.
 */
public final class RetryingCommitter implements Committer {
    private static final long PAUSE_MILLIS = 1000;

    private final Committer committer;
    private final BooleanSupplier writable;
    private boolean stopped;

    /**
     * Commits by this committer.
     *
     * @param writable says whether the store takes records; once it says no, nothing is tried again
     */
    public RetryingCommitter(Committer committer, BooleanSupplier writable) {
        this.committer = committer;
        this.writable = writable;
    }

    @Override
    public Outcome commit(Caller caller, Command.Change change) {
        return commit(caller, change, Integer.MAX_VALUE);
    }

    /** The same with so many tries at most, a second apart; the outcome says whether there was room. */
    public Outcome commit(Caller caller, Command.Change change, int tries) {
        Outcome outcome = committer.commit(caller, change);
        for (int i = 1; i < tries && mayHaveRoomLater(outcome) && !isStopped() && pause(); i++) {
            outcome = committer.commit(caller, change);
        }
        return outcome;
    }

    /** True if a step was refused for want of room, which there may be later. A journal that has failed refuses in the same words. */
    public static boolean mayHaveRoomLater(Outcome outcome) {
        return outcome instanceof Outcome.Refused turned && turned.refusal().retryAfterSeconds() > 0;
    }

    /** The engine closes: tries nothing again from now on. */
    public synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    /** True once nothing is tried again: the engine closes, or the journal has failed. */
    public synchronized boolean isStopped() {
        return stopped || !writable.getAsBoolean();
    }

    /** Waits a moment, in real time; false if nothing is tried again. */
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
