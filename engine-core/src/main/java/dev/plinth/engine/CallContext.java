package dev.plinth.engine;

import dev.plinth.engine.api.Effects;
import dev.plinth.engine.client.PlinthClient;

/** Shows the code of an operation without a resource its caller, and records its effects. Thread-safe. */
public interface CallContext {
    /** Returns the caller's workspace, {@code ws_…}. */
    String workspaceId();

    /**
     * Returns a client of the caller's workspace for this code, as {@link Engine#workspace} does. Its changes are
     * committed on their own, not together with the operation.
     */
    PlinthClient workspace();

    /** Returns what records changes that are committed together with the result. They are made as the caller. */
    Effects effects();
}
