package dev.plinth.engine;

/**
 * What a listener is told of an event beside the event itself.
 *
 * @param workspaceId the workspace whose event it is, {@code ws_…}
 * @param workspace a client of that workspace for this code, as {@link Engine#workspace} gives it
 */
public record EventContext(String workspaceId, PlinthClient workspace) {}
