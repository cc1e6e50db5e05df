package dev.plinth.engine;

import dev.plinth.engine.client.PlinthClient;

/**
 * The workspace of an event that a listener gets.
 *
 * @param workspaceId the owner of the event, {@code ws_…}
 * @param workspace a client of that workspace for this code, as {@link Engine#workspace} gives it
 */
public record EventContext(String workspaceId, PlinthClient workspace) {}
