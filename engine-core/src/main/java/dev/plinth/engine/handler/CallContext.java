package dev.plinth.engine.handler;

import dev.plinth.engine.api.Effects;
import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.client.PlinthClient;
import java.util.Optional;

/** Shows the code of an operation its caller, and records its effects. Thread-safe. */
public interface CallContext {
    /** Returns the caller's workspace, {@code ws_…}. */
    String workspaceId();

    /** Returns the id of the request, {@code req_…}, as the request log and the caller's answer have it. */
    String requestId();

    /**
     * Returns the idempotency key of the call. If the process dies before the outcome is committed, the code runs again
     * under the same key. So it also suits calls to other services.
     */
    Optional<String> idempotencyKey();

    /** Returns the caller's API key, {@code key_…}; empty if the host's own code called. */
    Optional<String> keyId();

    /**
     * Returns a client of the caller's workspace for this code, as {@code Engine.workspace} does. Its changes are
     * committed on their own, not together with the operation.
     */
    PlinthClient workspace();

    /**
     * Returns the effects of the operation, to record changes that are committed together with its result. The caller makes
     * them, so its role limits changes of a shared resource.
     */
    Effects effects();

    /** Returns the place of the call in a trace; empty if it belongs to none. */
    Optional<TraceParent> traceParent();
}
