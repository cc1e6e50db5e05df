package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The answer to one operation of a batch that was done. Immutable.
 */
public final class BatchResult extends JsonView {
    private BatchResult(Json json) {
        super(json, List.of("status", "body"));
    }

    /**
     * Reads a result from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static BatchResult of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return new BatchResult(json);
    }

    /** Returns the HTTP status code that the call by itself would have answered, 200 to 202. */
    public int status() {
        return (int) number("status");
    }

    /** Returns the body that the call by itself would have answered. */
    public Json body() {
        return json("body");
    }

    /** Returns the entity tag, with its quotes. */
    public Optional<String> etag() {
        return optionalText("etag");
    }

    /** Returns the path of what the operation has made. */
    public Optional<String> location() {
        return optionalText("location");
    }
}
