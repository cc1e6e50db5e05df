package dev.plinth.engine.api;

import java.time.Instant;

/**
 * How a resource is shown to another workspace.
 *
 * @param id {@code shr_…}
 * @param resourceId the resource, {@code res_…}
 * @param workspaceId the grantee, {@code ws_…}
 * @param role {@code reader} or {@code editor}
 * @param createdAt when it was first granted
 */
public record Share(String id, String resourceId, String workspaceId, String role, Instant createdAt) {}
