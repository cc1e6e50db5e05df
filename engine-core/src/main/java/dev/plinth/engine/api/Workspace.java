package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.Map;

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
    /**
     * Reads a workspace from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Workspace of(Json json) {
        return json.read(Workspace.class);
    }
}
