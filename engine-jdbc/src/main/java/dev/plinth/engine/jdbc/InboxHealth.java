package dev.plinth.engine.jdbc;

import java.util.Optional;

/**
 * The state of an inbox.
 *
 * @param pending rows that are committed and not applied yet
 * @param refused rows that were refused, and rows that wait behind them
 * @param failure why the reader could not go on at its last try; empty if it could, or if its node does not lead
 */
public record InboxHealth(long pending, long refused, Optional<String> failure) {
    /** Returns true if no row is refused and the reader goes on. */
    public boolean isWell() {
        return refused == 0 && failure.isEmpty();
    }
}
