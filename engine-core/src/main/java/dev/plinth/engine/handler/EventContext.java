package dev.plinth.engine.handler;

import dev.plinth.engine.api.Effects;
import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.client.PlinthClient;
import java.util.Optional;

/** Shows a listener the workspace of its event, and records its effects. Thread-safe. */
public interface EventContext {
    /** Returns the owner of the event, {@code ws_…}. */
    String workspaceId();

    /** Returns a client of that workspace for this code, as {@code Engine.workspace} does. */
    PlinthClient workspace();

    /**
     * Returns the effects of the listener, to record changes of that workspace. They are committed together with the position of the listener, so
     * they happen once however often the event comes. An event whose effects are refused comes again. After five
     * refusals by the state of the workspace they are dropped, and the log says so.
     */
    Effects effects();

    /** Returns the trace of the call or job that caused the event; empty if it belongs to none. */
    Optional<TraceParent> traceParent();
}
