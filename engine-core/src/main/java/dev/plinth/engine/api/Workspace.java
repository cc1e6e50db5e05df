package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;

/**
 * The tenant: the owner of everything else.
 *
 * @param id {@code ws_…}
 * @param name its name
 * @param plan the name of its plan
 * @param suspended true if all its calls are refused
 * @param metadata string pairs
 * @param createdAt when it was created
 * @param json the value as the wire shows it
 */
public record Workspace(
        String id,
        String name,
        String plan,
        boolean suspended,
        Map<String, String> metadata,
        Instant createdAt,
        Json json)
        implements WireValue {
    /** Refuses null. */
    public Workspace {
        Objects.requireNonNull(id, "id must not be null.");
        Objects.requireNonNull(name, "name must not be null.");
        Objects.requireNonNull(plan, "plan must not be null.");
        Objects.requireNonNull(metadata, "metadata must not be null.");
        Objects.requireNonNull(createdAt, "createdAt must not be null.");
        Objects.requireNonNull(json, "json must not be null.");
    }

    /**
     * Reads a workspace from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Workspace of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return json.read(Workspace.class);
    }
}
