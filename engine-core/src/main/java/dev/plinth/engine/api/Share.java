package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.Objects;

/**
 * The right of another workspace to a resource.
 *
 * @param id {@code shr_…}
 * @param resourceId the resource, {@code res_…}
 * @param workspaceId the grantee, {@code ws_…}
 * @param role what the workspace may do
 * @param createdAt when it was first granted
 * @param json the value as the wire shows it
 */
public record Share(String id, String resourceId, String workspaceId, Role role, Instant createdAt, Json json)
        implements WireValue {
    /** Refuses null. */
    public Share {
        Objects.requireNonNull(id, "id must not be null.");
        Objects.requireNonNull(resourceId, "resourceId must not be null.");
        Objects.requireNonNull(workspaceId, "workspaceId must not be null.");
        Objects.requireNonNull(role, "role must not be null.");
        Objects.requireNonNull(createdAt, "createdAt must not be null.");
        Objects.requireNonNull(json, "json must not be null.");
    }

    /**
     * Reads a share from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Share of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return json.read(Share.class);
    }
}
