package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.Objects;
import java.util.Optional;

/**
 * The answer to one operation of a batch that was done. Immutable.
 *
 * @param status the HTTP status code that the call by itself would have answered, 200 to 202
 * @param body the body that the call by itself would have answered
 * @param etag the entity tag, with its quotes
 * @param location the path of what the operation has made
 * @param json the value as the wire shows it
 */
public record BatchResult(int status, Json body, Optional<String> etag, Optional<String> location, Json json)
        implements WireValue {
    /** Refuses null. */
    public BatchResult {
        Objects.requireNonNull(body, "body must not be null.");
        Objects.requireNonNull(etag, "etag must not be null.");
        Objects.requireNonNull(location, "location must not be null.");
        Objects.requireNonNull(json, "json must not be null.");
    }

    /**
     * Reads a result from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static BatchResult of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return json.read(BatchResult.class);
    }
}
