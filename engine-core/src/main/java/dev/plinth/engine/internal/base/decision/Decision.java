package dev.plinth.engine.internal.base.decision;

import dev.plinth.engine.internal.base.rows.Changes;

/**
 * The rows and events that a command wants, and its answer.
 *
 * @param changes what to write in one record, so that all of it is written or none
 * @param outcome what to answer once it is written
 */
public record Decision(Changes changes, Outcome outcome) {
    /** Returns a decision to write these changes. */
    public static Decision of(Changes changes, Outcome outcome) {
        return new Decision(changes, outcome);
    }

    /** Returns a decision to write nothing. */
    public static Decision nothing(Outcome outcome) {
        return new Decision(new Changes(), outcome);
    }
}
