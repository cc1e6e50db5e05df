package dev.plinth.engine.server;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import java.util.concurrent.CompletableFuture;

/**
 * A door into an engine for a server, such as an HTTP server. Its replies complete on an executor of its own, and its
 * waits end together. Made by {@code Engine.door}. Thread-safe. Only the engine implements it.
 */
public interface CallDoor {
    /**
     * Answers a call as {@code Engine.submit} does. A future that is not complete on return completes on the door's
     * executor, and so does each {@link Reply.Rest#next} of its reply.
     */
    CompletableFuture<Reply> submit(Call call);

    /**
     * Checks the headers of a call before its body is read: route, credential, state of key and workspace, and rate
     * limit. A call that is refused here needs no body.
     *
     * @param head the call without its body
     */
    Admission admit(Call head);

    /**
     * Ends all waits of this door, now and from now on. Long polls and leases are answered with the present state, and
     * streams end. Calls that do not wait go on, and so do the waits of other doors.
     */
    void endWaits();

    /**
     * Records an error that the server is about to handle. An error that tells of missing memory makes the engine
     * unhealthy ({@code Engine.isHealthy}).
     */
    void noteError(Throwable error);

    /**
     * Records that an error has ended a thread of the server, which makes the engine unhealthy
     * ({@code Engine.isHealthy}).
     */
    void noteEnd(String thread, Throwable error);
}
