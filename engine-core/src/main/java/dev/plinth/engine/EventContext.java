package dev.plinth.engine;

/**
 * Tells a listener whose event it is.
 *
 * @param workspaceId the workspace whose event it is, {@code ws_…}
 * @param workspace a client of that workspace for this code, as {@link Engine#workspace} gives it
 */
public record EventContext(String workspaceId, PlinthClient workspace) {}
