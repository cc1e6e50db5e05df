package dev.plinth.engine.log.postgres;

/**
 * The last reign of this node, with the fence that guards its appends. The fence grows while the epoch stays, when the
 * node ends its own appends of unknown fate.
 *
 * <p>Thread-safe.
 */
final class CurrentReign {
    /** No row has this fence, so an append with it is refused. */
    private static final long NO_FENCE = -1;

    private long epoch;
    private long fence;

    synchronized void set(long newEpoch, long newFence) {
        epoch = newEpoch;
        fence = newFence;
    }

    /** Returns the fence of a reign; one that no append passes if this node has not begun that reign. */
    synchronized long fence(long ofEpoch) {
        return ofEpoch == epoch ? fence : NO_FENCE;
    }

    /** Returns the epoch; 0 if this node has not reigned or has resigned. */
    synchronized long epoch() {
        return epoch;
    }

    /** Forgets a reign. */
    synchronized void end(long ofEpoch) {
        if (ofEpoch == epoch) {
            epoch = 0;
            fence = NO_FENCE;
        }
    }
}
