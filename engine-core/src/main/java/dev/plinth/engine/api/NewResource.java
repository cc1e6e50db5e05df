package dev.plinth.engine.api;

import java.util.Map;
import java.util.Optional;

/**
 * What a new resource or child is to be. Immutable.
 *
 * @param name its name, 1–255 characters
 * @param type its type, or empty for the usual one
 * @param data the host's own object, up to 64 KiB
 * @param metadata up to 50 string pairs
 */
public record NewResource(String name, Optional<String> type, Json data, Map<String, String> metadata) {
    /** Copies the metadata. */
    public NewResource {
        metadata = Map.copyOf(metadata);
    }

    /** One with a name and nothing else. */
    public static NewResource named(String name) {
        return new NewResource(name, Optional.empty(), Json.EMPTY_OBJECT, Map.of());
    }

    /** The same of another type. */
    public NewResource ofType(String other) {
        return new NewResource(name, Optional.of(other), data, metadata);
    }

    /** The same with other data. */
    public NewResource withData(Json other) {
        return new NewResource(name, type, other, metadata);
    }

    /** The same with other metadata. */
    public NewResource withMetadata(Map<String, String> other) {
        return new NewResource(name, type, data, other);
    }
}
