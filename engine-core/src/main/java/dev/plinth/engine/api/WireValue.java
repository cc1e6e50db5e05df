package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonValue;

/**
 * A value of the typed API that the wire shows as JSON. Jackson, of its lines 2 and 3 and with any settings, writes it as the wire does,
 * and reads what the wire shows.
 */
public interface WireValue {
    /** The value as the wire shows it: members in their order, numbers as they were written. */
    @JsonValue
    Json json();
}
