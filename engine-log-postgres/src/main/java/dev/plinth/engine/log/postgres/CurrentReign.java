package dev.plinth.engine.log.postgres;

import java.security.SecureRandom;

/**
 * The last reign of this node, with the fence that guards its appends. The fence grows while the epoch stays, when the
 * node ends its own appends of unknown fate.
 *
 * <p>The upper bits of a fence are random and stay for the reign. A database that lost a takeover may give the same epoch
 * once more, and never the same bits. So a reign is known by both.
 *
 * <p>Thread-safe.
 */
final class CurrentReign {
    /** No row has this fence, so an append with it is refused. */
    private static final long NO_FENCE = -1;

    /** The lower bits, which count the fences of a reign. */
    private static final int COUNT_BITS = 20;

    /** The condition on the row of a cell that the reign with an epoch and a root is the last one. */
    static final String IS_LAST = " (epoch, fence >> " + COUNT_BITS + ") = (?, ?)";

    private static final SecureRandom RANDOM = new SecureRandom();

    private long epoch;
    private long fence;
    private boolean goesOn;

    /** Returns the first fence of a new reign, 0 or higher. */
    static long newFence() {
        return RANDOM.nextLong() >>> (COUNT_BITS + 1) << COUNT_BITS;
    }

    synchronized void set(long newEpoch, long newFence) {
        epoch = newEpoch;
        fence = newFence;
        goesOn = true;
    }

    /** Returns the fence of a reign; one that no append passes if this node has not begun that reign, or has ended it. */
    synchronized long fence(long ofEpoch) {
        return ofEpoch == epoch && goesOn ? fence : NO_FENCE;
    }

    /** Returns the random bits of a reign, also once it was ended; bits that no row has if this node has not begun it. */
    synchronized long root(long ofEpoch) {
        return ofEpoch == epoch ? fence >> COUNT_BITS : NO_FENCE;
    }

    /** Returns the epoch; 0 if this node has not reigned or has resigned. */
    synchronized long epoch() {
        return goesOn ? epoch : 0;
    }

    /** Forgets a reign. */
    synchronized void end(long ofEpoch) {
        if (ofEpoch == epoch) {
            goesOn = false;
        }
    }
}
