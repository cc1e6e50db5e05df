package dev.plinth.engine.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A resource.
 *
 * @param id {@code res_…}
 * @param type its type, {@code resource} by default
 * @param name its name
 * @param status its status
 * @param data the host's own object
 * @param metadata string pairs
 * @param version counts changes, from 1
 * @param createdAt when it was created
 * @param updatedAt when it was last changed
 * @param shared its share with the caller; empty if the caller owns it
 * @param json the value as the wire shows it
 */
public record Resource(
        String id,
        String type,
        String name,
        ResourceStatus status,
        Json data,
        Map<String, String> metadata,
        long version,
        Instant createdAt,
        Instant updatedAt,
        Optional<Shared> shared,
        Json json)
        implements WireValue {
    /** Refuses null. */
    public Resource {
        Objects.requireNonNull(id, "id must not be null.");
        Objects.requireNonNull(type, "type must not be null.");
        Objects.requireNonNull(name, "name must not be null.");
        Objects.requireNonNull(status, "status must not be null.");
        Objects.requireNonNull(data, "data must not be null.");
        Objects.requireNonNull(metadata, "metadata must not be null.");
        Objects.requireNonNull(createdAt, "createdAt must not be null.");
        Objects.requireNonNull(updatedAt, "updatedAt must not be null.");
        Objects.requireNonNull(shared, "shared must not be null.");
        Objects.requireNonNull(json, "json must not be null.");
    }

    /**
     * Reads a resource from its JSON on the wire.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind; the message names it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Resource of(Json json) {
        Objects.requireNonNull(json, "json must not be null.");
        return json.read(Resource.class);
    }

    /**
     * The caller's right to a resource of another workspace.
     *
     * @param role what the caller may do
     * @param ownerWorkspaceId the owner, {@code ws_…}
     */
    public record Shared(Role role, String ownerWorkspaceId) {
        /** Refuses null. */
        public Shared {
            Objects.requireNonNull(role, "role must not be null.");
            Objects.requireNonNull(ownerWorkspaceId, "ownerWorkspaceId must not be null.");
        }
    }
}
