package dev.plinth.engine.log;

import java.util.Objects;

/**
 * The node that reigns, as another node sees it. It may have lost its reign meanwhile. Immutable.
 *
 * @param node the node
 * @param epoch the number of its reign
 */
public record Leader(Node node, long epoch) {
    /** Refuses null. */
    public Leader {
        Objects.requireNonNull(node, "node must not be null.");
    }
}
