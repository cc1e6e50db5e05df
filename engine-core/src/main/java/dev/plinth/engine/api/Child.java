package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A child of exactly one resource.
 */
public final class Child extends JsonView {
    private Child(Json json) {
        super(
                json,
                List.of("id", "resourceId", "type", "name", "data", "metadata", "version", "createdAt", "updatedAt"));
    }

    /**
     * Reads a child from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Child of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return new Child(json);
    }

    /** Returns {@code sub_…}. */
    public String id() {
        return text("id");
    }

    /** Returns its parent, {@code res_…}, which never changes. */
    public String resourceId() {
        return text("resourceId");
    }

    /** Returns its type, {@code child} by default. */
    public String type() {
        return text("type");
    }

    /** Returns its name. */
    public String name() {
        return text("name");
    }

    /** Returns the host's own object. */
    public Json data() {
        return json("data");
    }

    /** Returns its pairs of strings. */
    public Map<String, String> metadata() {
        return pairs("metadata");
    }

    /** Returns the number of its last change, from 1. */
    public long version() {
        return number("version");
    }

    /** Returns when it was created. */
    public Instant createdAt() {
        return time("createdAt");
    }

    /** Returns when it was last changed. */
    public Instant updatedAt() {
        return time("updatedAt");
    }
}
