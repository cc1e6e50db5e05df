package dev.plinth.engine.api;

/**
 * What the host's code is told of a call to one of its operations.
 *
 * @param workspaceId the caller's workspace, {@code ws_…}
 * @param resourceId the resource, {@code res_…}
 * @param resource the resource as the caller sees it, an object
 * @param input the input, an object
 */
public record OperationContext(String workspaceId, String resourceId, Json resource, Json input) {}
