package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The members of a new resource or child. Immutable.
 *
 * @param name its name, 1–255 characters
 * @param type its type, or empty for the default
 * @param data the host's own object, up to 64 KiB
 * @param metadata up to 50 string pairs
 */
public record NewResource(String name, Optional<String> type, Json data, Map<String, String> metadata)
        implements WireValue {
    /** Refuses null. Copies the metadata and keeps its order. */
    public NewResource {
        Objects.requireNonNull(name, "name must not be null.");
        Objects.requireNonNull(type, "type must not be null; give an empty one for the default.");
        Objects.requireNonNull(data, "data must not be null; give Json.EMPTY_OBJECT for none.");
        Objects.requireNonNull(metadata, "metadata must not be null; give an empty map for none.");
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /**
     * Reads the body that the wire takes.
     *
     * @throws IllegalArgumentException if a member is missing, unknown or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static NewResource of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return json.read(NewResource.class);
    }

    @Override
    public Json json() {
        return Json.of(members());
    }

    Map<String, Object> members() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("name", name);
        type.ifPresent(given -> members.put("type", given));
        if (!data.equals(Json.EMPTY_OBJECT)) {
            members.put("data", data);
        }
        if (!metadata.isEmpty()) {
            members.put("metadata", metadata);
        }
        return members;
    }

    /** Returns a resource with a name and nothing else. */
    public static NewResource named(String name) {
        return new NewResource(name, Optional.empty(), Json.EMPTY_OBJECT, Map.of());
    }

    /** Returns the same with another type. */
    public NewResource ofType(String other) {
        Objects.requireNonNull(other, "type must not be null.");
        return new NewResource(name, Optional.of(other), data, metadata);
    }

    /** Returns the same with other data. */
    public NewResource withData(Json other) {
        return new NewResource(name, type, other, metadata);
    }

    /** Returns the same with other metadata. */
    public NewResource withMetadata(Map<String, String> other) {
        return new NewResource(name, type, data, other);
    }
}
