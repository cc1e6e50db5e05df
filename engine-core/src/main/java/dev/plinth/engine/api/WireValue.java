package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonValue;

/**
 * A value of the typed API that the wire shows as JSON. Jackson 2 and 3, with any settings, write it as the wire does
 * and read what the wire shows.
 *
 * <p>An enum has the words that this release knows. A word of a newer server is refused when it is read, with the name
 * of its member. Clients of an engine in this JVM never get one.
 */
public interface WireValue {
    /** Returns the value as the wire shows it: members in their order, numbers as they were written. */
    @JsonValue
    Json json();
}
