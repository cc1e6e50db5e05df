package dev.plinth.engine.log;

import java.time.Duration;

/**
 * The right of one node to append, from the moment at which all earlier ones are fenced. Immutable.
 *
 * @param epoch the number of the reign, 1 or higher and higher than that of every earlier one
 * @param node the node that reigns
 * @param beat how often the node has to call {@link SharedLog#beat} to keep its lease, more than zero
 */
public record Reign(long epoch, Node node, Duration beat) {
    /** Checks the numbers. */
    public Reign {
        if (epoch < 1) {
            throw new IllegalArgumentException(
                    "The epoch of a reign must be 1 or higher, got " + epoch + ". Count reigns from 1.");
        }
        if (beat.isZero() || beat.isNegative()) {
            throw new IllegalArgumentException(
                    "The beat of a reign must be longer than zero, got " + beat + ". Take a third of the lease.");
        }
    }
}
