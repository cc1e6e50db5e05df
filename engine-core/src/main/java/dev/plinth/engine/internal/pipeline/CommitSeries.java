package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.store.Store;

/**
 * Changes of the host that are committed one after the other, each as a record of its own. They wait for the disk
 * together. Not thread-safe.
 */
final class CommitSeries {
    private static final long NOTHING = -1;

    private final Commits commits;
    private final Store store;
    private long lastRecord;
    private long lastShown = NOTHING;

    CommitSeries(Commits commits, Store store) {
        this.commits = commits;
        this.store = store;
    }

    /** Decides and commits. The outcome must not be told before {@link #await} has returned. */
    Outcome commit(Caller caller, Command.Change change) {
        Committed committed = commits.commit(AdmittedCaller.trusted(caller), change, Commits.OutcomeMemory.NONE);
        if (committed.hasRecord()) {
            lastRecord = committed.sequence();
        } else {
            lastShown = committed.sequence();
        }
        return committed.outcome();
    }

    /**
     * Returns once all outcomes may be told.
     *
     * @throws RefusedException if they never may be
     */
    void await() {
        store.await(lastRecord);
        if (lastShown != NOTHING) {
            store.answers().await(lastShown);
        }
    }
}
