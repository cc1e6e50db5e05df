package dev.plinth.engine.internal.base.decision;

import dev.plinth.engine.internal.base.Caller;

/** Changes rows for the rooms that work in the background, as for every caller: one decision, one record. */
@FunctionalInterface
public interface Committer {
    /**
     * Decides, writes, and returns when the record is durable.
     *
     * @return the outcome; a refusal is a value here too
     */
    Outcome commit(Caller caller, Command.Change change);
}
