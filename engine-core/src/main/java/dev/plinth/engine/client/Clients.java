package dev.plinth.engine.client;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.pipeline.RequestDispatcher;
import dev.plinth.engine.internal.transfer.WorkspaceTransfers;
import dev.plinth.engine.internal.wire.Wire;

/**
 * Makes the clients of one engine, and is called by the engine alone. A host gets its clients from the engine.
 * Thread-safe.
 */
public final class Clients {
    private final Wire wire;
    private final RequestDispatcher dispatcher;
    private final WorkspaceTransfers transfers;

    /** Makes clients whose calls take the way of every request. */
    public Clients(Wire wire, RequestDispatcher dispatcher, WorkspaceTransfers transfers) {
        this.wire = wire;
        this.dispatcher = dispatcher;
        this.transfers = transfers;
    }

    /** Returns a client whose calls carry an API key. */
    public PlinthClient withKey(String key) {
        return new PlinthClient(Invocations.with(wire, dispatcher, key));
    }

    /** Returns a client of the host's own code for a workspace. */
    public PlinthClient ofHost(Id workspace) {
        return new PlinthClient(Invocations.byHost(wire, dispatcher, workspace));
    }

    /** Returns a client whose calls carry the operator's token. */
    public AdminClient withToken(String token) {
        return new AdminClient(Invocations.with(wire, dispatcher, token), transfers);
    }
}
