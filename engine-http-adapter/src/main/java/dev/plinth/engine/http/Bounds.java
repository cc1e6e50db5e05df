package dev.plinth.engine.http;

import dev.plinth.engine.ByteBudget;
import dev.plinth.engine.CallBudgets;

/**
 * The limits that all exchanges of a server share, so that one caller cannot exhaust it.
 *
 * @param headers bytes of the headers of incomplete requests, beyond the first {@link FramingLimits#HEADER_BYTES_FREE}
 *     of each
 * @param bodies bytes of bodies that are being read or worked on
 * @param values bytes of the JSON values that the engine makes of bodies
 * @param answers bytes of answers that the sockets have not taken
 * @param streams answers that come in parts
 * @param addresses what each address may do
 * @param turns the turns of the work that callers without a credential cause
 */
record Bounds(
        ByteBudget headers,
        ByteBudget bodies,
        ByteBudget values,
        ByteBudget answers,
        Streams streams,
        Addresses addresses,
        AddressTurns turns) {
    /** Returns the limits for a heap, with the budgets of calls that others may share. */
    static Bounds of(long heapBytes, CallBudgets calls, Addresses addresses, AddressTurns turns) {
        long headers = CallBudgets.processBytes(heapBytes) / 2;
        return new Bounds(
                new ByteBudget("headers", headers, headers, 0),
                calls.bodies(),
                calls.values(),
                calls.answers(),
                new Streams(calls.answers(), calls.streams()),
                addresses,
                turns);
    }
}
