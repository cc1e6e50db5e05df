package dev.plinth.engine.log;

import java.net.URI;
import java.util.Objects;
import java.util.Optional;

/**
 * An engine that shares a log with others. Immutable.
 *
 * @param id a name that no other node of the log has, 1 to 64 characters
 * @param url the address at which other nodes and clients reach it; empty if it has none
 */
public record Node(String id, Optional<URI> url) {
    /** The most characters of an id. */
    public static final int ID_LENGTH_MAX = 64;

    /** Refuses null. Checks the id. */
    public Node {
        Objects.requireNonNull(id, "id must not be null.");
        Objects.requireNonNull(url, "url must not be null.");
        if (id.isEmpty() || id.length() > ID_LENGTH_MAX) {
            throw new IllegalArgumentException("The id of a node must be 1 to " + ID_LENGTH_MAX
                    + " characters long, got " + id.length() + ". Choose another one.");
        }
    }

    /** Makes a node without an address. */
    public Node(String id) {
        this(id, Optional.empty());
    }
}
