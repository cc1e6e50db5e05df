package dev.plinth.engine;

import dev.plinth.engine.api.Effects;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.client.PlinthClient;

/**
 * A call to an operation of the host.
 *
 * @param workspaceId the caller's workspace, {@code ws_…}
 * @param workspace a client of the caller's workspace for this code, as {@link Engine#workspace} gives it; its changes
 *     are committed on their own, not together with the operation
 * @param resourceId the resource, {@code res_…}
 * @param resource the resource as the caller sees it, an object
 * @param input the input, an object
 * @param effects records changes that are committed together with the result. They are made as the caller, whose role
 *     on a shared resource holds
 */
public record OperationContext(
        String workspaceId, PlinthClient workspace, String resourceId, Json resource, Json input, Effects effects) {}
