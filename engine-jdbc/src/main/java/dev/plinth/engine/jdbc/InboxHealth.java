package dev.plinth.engine.jdbc;

import java.util.Optional;

/** The state of an inbox at one moment. Immutable. */
public final class InboxHealth {
    private final long pending;
    private final long refused;
    private final Optional<String> failure;

    InboxHealth(long pending, long refused, Optional<String> failure) {
        this.pending = pending;
        this.refused = refused;
        this.failure = failure;
    }

    /** Returns the rows that are committed and not applied yet. */
    public long pending() {
        return pending;
    }

    /** Returns the rows that were refused, and those that wait behind them. */
    public long refused() {
        return refused;
    }

    /** Returns why the reader could not go on at its last try; empty if it could, or if its node does not lead. */
    public Optional<String> failure() {
        return failure;
    }

    /** Returns true if no row is refused and the reader goes on. */
    public boolean isWell() {
        return refused == 0 && failure.isEmpty();
    }

    @Override
    public String toString() {
        return "InboxHealth[pending=" + pending + ", refused=" + refused + ", failure=" + failure + "]";
    }
}
