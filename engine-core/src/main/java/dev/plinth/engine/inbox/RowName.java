package dev.plinth.engine.inbox;

import java.util.Objects;
import java.util.UUID;

/**
 * Names a row of an inbox.
 *
 * @param number its number in the database, by which rows are applied
 * @param id its id, which no other row ever has, not even one with the same number
 */
public record RowName(long number, UUID id) {
    /** Refuses null. */
    public RowName {
        Objects.requireNonNull(id, "id must not be null.");
    }
}
