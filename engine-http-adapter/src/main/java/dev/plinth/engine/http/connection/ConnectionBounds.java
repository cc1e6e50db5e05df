package dev.plinth.engine.http.connection;

import dev.plinth.engine.http.call.FramingLimits;
import dev.plinth.engine.server.ByteBudget;
import dev.plinth.engine.server.CallBudgets;

/**
 * The limits that all connections of a server share, so that strangers cannot exhaust it.
 *
 * @param headers bytes of the headers of incomplete requests, beyond the first {@link FramingLimits#HEADER_BYTES_FREE}
 *     of each
 * @param addresses what each address may do
 * @param turns the turns of the work that callers without a credential cause
 */
public record ConnectionBounds(ByteBudget headers, Addresses addresses, AddressTurns turns) {
    /** Returns the limits for a heap of so many bytes. */
    public static ConnectionBounds of(long heapBytes, Addresses addresses, AddressTurns turns) {
        long headers = CallBudgets.processBytes(heapBytes) / 2;
        return new ConnectionBounds(new ByteBudget("headers", headers, headers, 0), addresses, turns);
    }
}
