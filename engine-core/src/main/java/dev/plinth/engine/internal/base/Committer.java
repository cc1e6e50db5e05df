package dev.plinth.engine.internal.base;

/** Lets the rooms that work in the background change rows the way every caller does: one decision, one record. */
@FunctionalInterface
public interface Committer {
    /**
     * Decides and writes, and returns when the record is durable.
     *
     * @return the outcome; a refusal is a value here too
     */
    Outcome commit(Caller caller, Command.Change change);
}
