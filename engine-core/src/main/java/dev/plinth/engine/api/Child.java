package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;

/**
 * A child of exactly one resource.
 *
 * @param id {@code sub_…}
 * @param resourceId its parent, {@code res_…}, which never changes
 * @param type its type, {@code child} by default
 * @param name its name
 * @param data the host's own object
 * @param metadata string pairs
 * @param version counts changes, from 1
 * @param createdAt when it was created
 * @param updatedAt when it was last changed
 * @param json the value as the wire shows it
 */
public record Child(
        String id,
        String resourceId,
        String type,
        String name,
        Json data,
        Map<String, String> metadata,
        long version,
        Instant createdAt,
        Instant updatedAt,
        Json json)
        implements WireValue {
    /** Refuses null. */
    public Child {
        Objects.requireNonNull(id, "id must not be null.");
        Objects.requireNonNull(resourceId, "resourceId must not be null.");
        Objects.requireNonNull(type, "type must not be null.");
        Objects.requireNonNull(name, "name must not be null.");
        Objects.requireNonNull(data, "data must not be null.");
        Objects.requireNonNull(metadata, "metadata must not be null.");
        Objects.requireNonNull(createdAt, "createdAt must not be null.");
        Objects.requireNonNull(updatedAt, "updatedAt must not be null.");
        Objects.requireNonNull(json, "json must not be null.");
    }

    /**
     * Reads a child from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Child of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return json.read(Child.class);
    }
}
