package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonValue;

/**
 * A value of the typed API that the wire shows as JSON. Jackson 2 and 3, with any settings, write it as the wire does
 * and read what the wire shows.
 *
 * <p>An answer of a newer server can be read. It keeps members that this release does not know, and {@link #json} shows
 * them. An enum has a constant {@code UNKNOWN} for words that this release does not know. A {@code switch} of the host
 * should have a branch for it.
 */
public interface WireValue {
    /** Returns the value as the wire shows it: members in their order, numbers as they were written. */
    @JsonValue
    Json json();
}
