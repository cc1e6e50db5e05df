package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;

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
    /**
     * Reads a share from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Share of(Json json) {
        return json.read(Share.class);
    }
}
