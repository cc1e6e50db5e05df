package dev.plinth.engine;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.FatalErrors;
import dev.plinth.engine.internal.base.RefusedException;
import dev.plinth.engine.internal.pipeline.ReplyTo;
import dev.plinth.engine.internal.wire.Wire;
import java.util.concurrent.CompletableFuture;

/**
 * A door into an engine for a server, such as an HTTP server. Its replies complete on an executor of its own, and its
 * waits end together. Made by {@link Engine#door}. Thread-safe.
 */
public final class CallDoor {
    private final Wire wire;
    private final ReplyTo replyTo;
    private final FatalErrors fatalErrors;

    CallDoor(Wire wire, ReplyTo replyTo, FatalErrors fatalErrors) {
        this.wire = wire;
        this.replyTo = replyTo;
        this.fatalErrors = fatalErrors;
    }

    /**
     * Answers a call as {@link Engine#submit} does. A future that is not complete on return completes on the door's
     * executor, and so does each {@link Reply.Rest#next} of its reply.
     */
    public CompletableFuture<Reply> submit(Call call) {
        return wire.submit(call, replyTo);
    }

    /**
     * Checks the headers of a call before its body is read: route, credential, state of key and workspace, and rate
     * limit. A call that is refused here needs no body.
     *
     * @param head the call without its body
     */
    public Admission admit(Call head) {
        try {
            return new DoorAdmission(wire, replyTo, wire.arrive(head));
        } catch (RefusedException noRoute) {
            return Admission.refused(wire.refuse(noRoute.refusal()));
        }
    }

    /**
     * Ends all waits of this door, now and from now on. Long polls and leases are answered with the present state, and
     * streams end. Calls that do not wait go on, and so do the waits of other doors.
     */
    public void endWaits() {
        replyTo.waits().end();
    }

    /**
     * Records an error that the server is about to handle. An error that tells of missing memory makes the engine
     * unhealthy ({@link Engine#isHealthy}).
     */
    public void noteError(Throwable error) {
        fatalErrors.saw(error);
    }

    /**
     * Records that an error has ended a thread of the server, which makes the engine unhealthy
     * ({@link Engine#isHealthy}).
     */
    public void noteEnd(String thread, Throwable error) {
        fatalErrors.ended(thread, error);
    }
}
