package dev.plinth.engine.client;

import static dev.plinth.engine.client.Arguments.given;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.pipeline.RequestDispatcher;
import dev.plinth.engine.internal.transfer.WorkspaceTransfers;
import dev.plinth.engine.internal.wire.Wire;
import java.util.function.Supplier;

/**
 * Makes the clients of one engine, and is called by the engine alone. A host gets its clients from the engine.
 * Thread-safe.
 */
public final class Clients {
    private final Supplier<Target> target;

    private Clients(Supplier<Target> target) {
        this.target = target;
    }

    /** Makes clients whose calls take the way of every request. */
    public static Clients of(Wire wire, RequestDispatcher dispatcher, WorkspaceTransfers transfers) {
        Target target = new Target(wire, dispatcher, transfers);
        return new Clients(() -> target);
    }

    /**
     * Makes clients that outlive the parts of an engine.
     *
     * @param now returns the clients of the present parts, and is asked at each call. Throws {@code PlinthException} while
     *     no call is taken
     */
    public static Clients ofPresent(Supplier<Clients> now) {
        return new Clients(() -> now.get().target.get());
    }

    /** Returns a client whose calls carry an API key. */
    public PlinthClient withKey(String key) {
        return new PlinthClient(Invocations.with(target, given(key, "apiKey")));
    }

    /** Returns a client of the host's own code for a workspace. */
    public PlinthClient ofHost(Id workspace) {
        return new PlinthClient(Invocations.byHost(target, workspace));
    }

    /** Returns a client whose calls carry the operator's token. */
    public AdminClient withToken(String token) {
        return new AdminClient(Invocations.with(target, token));
    }
}
