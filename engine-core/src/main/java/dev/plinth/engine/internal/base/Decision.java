package dev.plinth.engine.internal.base;

import org.jspecify.annotations.Nullable;

/**
 * What a change decided.
 *
 * @param changes what to write, in one record
 * @param outcome what to answer once it is written
 * @param next what to decide after it, where the whole is too large for one record: each step is valid alone and the last one
 *     answers; null in the last one
 */
public record Decision(Changes changes, Outcome outcome, Command.@Nullable Change next) {
    /** A decision of one step. */
    public static Decision of(Changes changes, Outcome outcome) {
        return new Decision(changes, outcome, null);
    }

    /** A decision to write nothing. */
    public static Decision nothing(Outcome outcome) {
        return new Decision(new Changes(), outcome, null);
    }
}
