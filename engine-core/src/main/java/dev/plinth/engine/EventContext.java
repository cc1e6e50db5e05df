package dev.plinth.engine;

import dev.plinth.engine.api.Effects;
import dev.plinth.engine.client.PlinthClient;

/**
 * The workspace of an event that a listener gets.
 *
 * @param workspaceId the owner of the event, {@code ws_…}
 * @param workspace a client of that workspace for this code, as {@link Engine#workspace} gives it
 * @param effects records changes of that workspace that are committed together with the position of the listener, so
 *     that they happen once however often the event comes. An event whose effects are refused comes again. After five
 *     refusals by the state of the workspace they are dropped, and the log says so
 */
public record EventContext(String workspaceId, PlinthClient workspace, Effects effects) {}
