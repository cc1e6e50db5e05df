package dev.plinth.engine.handler;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Effects;
import dev.plinth.engine.client.PlinthClient;
import java.util.Optional;

/** Shows the host's code a call that a {@code Guard} has let in, and records its effects. Thread-safe. */
public interface GuardedRequest {
    /** Returns the call with its body. Its headers hold the caller's credential. */
    Call call();

    /** Returns the caller's workspace, {@code ws_…}. */
    String workspaceId();

    /** Returns the caller's API key, {@code key_…}. */
    String keyId();

    /** Returns the id of this request, {@code req_…}, by which the request log finds it. */
    String requestId();

    /** Returns the idempotency key without quotes; empty if none was sent, and for GET and HEAD. */
    Optional<String> idempotencyKey();

    /**
     * Returns a client of the caller's workspace for this code, as {@code Engine.workspace} does. Its changes are
     * committed on their own, not together with the reply.
     */
    PlinthClient workspace();

    /**
     * Returns the effects of the call, to record changes that are committed together with the reply. The caller makes them,
     * so its role limits changes of a shared resource. They happen only if the reply's status is below 400.
     */
    Effects effects();
}
