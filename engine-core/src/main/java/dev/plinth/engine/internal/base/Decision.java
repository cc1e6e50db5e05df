package dev.plinth.engine.internal.base;

/**
 * What a change decided.
 *
 * @param changes what to write, in one record: all of it happens, or none of it
 * @param outcome what to answer once it is written
 */
public record Decision(Changes changes, Outcome outcome) {
    /** A decision to write this. */
    public static Decision of(Changes changes, Outcome outcome) {
        return new Decision(changes, outcome);
    }

    /** A decision to write nothing. */
    public static Decision nothing(Outcome outcome) {
        return new Decision(new Changes(), outcome);
    }
}
