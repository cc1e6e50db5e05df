package dev.plinth.engine.client;

import dev.plinth.engine.internal.pipeline.RequestDispatcher;
import dev.plinth.engine.internal.transfer.WorkspaceTransfers;
import dev.plinth.engine.internal.wire.Wire;

/**
 * The parts of an engine that take calls.
 *
 * @param wire names the routes
 * @param dispatcher takes requests to them
 * @param transfers exports and imports workspaces
 */
record Target(Wire wire, RequestDispatcher dispatcher, WorkspaceTransfers transfers) {}
