package dev.plinth.engine.http.exchange;

import dev.plinth.engine.server.ByteBudget;
import dev.plinth.engine.server.CallBudgets;

/**
 * The limits that all exchanges of a server share, so that one caller cannot exhaust it.
 *
 * @param bodies bytes of bodies that are being read or worked on
 * @param values bytes of the JSON values that the engine makes of bodies
 * @param answers bytes of answers that the sockets have not taken
 * @param streams answers that come in parts
 */
public record Bounds(ByteBudget bodies, ByteBudget values, ByteBudget answers, Streams streams) {
    /** Returns the limits of calls, which others may share. */
    public static Bounds of(CallBudgets calls) {
        return new Bounds(
                calls.bodies(), calls.values(), calls.answers(), new Streams(calls.answers(), calls.streams()));
    }
}
