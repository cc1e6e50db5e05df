package dev.plinth.engine.api;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A resource.
 *
 * @param id {@code res_…}
 * @param type its type, {@code resource} unless said otherwise
 * @param name its name
 * @param status its status
 * @param data the host's own object
 * @param metadata string pairs
 * @param version counts changes, from 1
 * @param createdAt when it was made
 * @param updatedAt when it was last changed
 * @param shared how it is shared with the caller; empty for the caller's own
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
        Optional<Shared> shared) {
    /**
     * How another workspace's resource is shown to the caller.
     *
     * @param role {@code reader} or {@code editor}
     * @param ownerWorkspaceId the owner, {@code ws_…}
     */
    public record Shared(String role, String ownerWorkspaceId) {}
}
