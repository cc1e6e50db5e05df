package dev.plinth.engine.log;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * The right of one node to append, from the moment at which all earlier ones are fenced. Immutable.
 *
 * @param epoch the number of the reign, 1 or higher and higher than that of every earlier one
 * @param node the node that reigns
 * @param beat how often the node has to call {@link SharedLog#beat} to keep its lease, more than zero
 * @param time the time at which it began by the log's own clock, by which the engine's time then goes; empty if there is none
 */
public record Reign(long epoch, Node node, Duration beat, Optional<Instant> time) {
    /** Makes the reign of a log without a clock of its own. */
    public Reign(long epoch, Node node, Duration beat) {
        this(epoch, node, beat, Optional.empty());
    }

    /** Refuses null. Checks the numbers. */
    public Reign {
        Objects.requireNonNull(node, "node must not be null.");
        Objects.requireNonNull(beat, "beat must not be null.");
        Objects.requireNonNull(time, "time must not be null.");
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
