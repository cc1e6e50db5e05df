package dev.plinth.engine.internal.job;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Committer;
import dev.plinth.engine.internal.base.Outcome;

/**
 * Commits the steps of jobs, and while there is no room for one tries again: a full disk must not leave a job between two steps, and
 * nothing is done twice because of it. Thread-safe; it holds the thread that calls it.
 */
final class PatientCommitter implements Committer {
    private static final long PAUSE_MILLIS = 1000;

    private final Committer committer;
    private boolean stopped;

    PatientCommitter(Committer committer) {
        this.committer = committer;
    }

    @Override
    public Outcome commit(Caller caller, Command.Change change) {
        while (true) {
            Outcome outcome = committer.commit(caller, change);
            // A journal that has failed has no room either, but gives no hope of any.
            boolean mayHaveRoomLater =
                    outcome instanceof Outcome.Turned turned && turned.refusal().retryAfterSeconds() > 0;
            if (!mayHaveRoomLater || !pause()) {
                return outcome;
            }
        }
    }

    /** The engine closes: tries nothing again from now on. */
    synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    synchronized boolean isStopped() {
        return stopped;
    }

    /** Waits a moment, in real time; false if nothing is tried again. */
    @SuppressWarnings("WaitNotInLoop") // to wake early only means to try early
    private synchronized boolean pause() {
        try {
            if (!stopped) {
                wait(PAUSE_MILLIS);
            }
            return !stopped;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
