package dev.plinth.engine;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.FatalErrors;
import dev.plinth.engine.internal.base.RefusedException;
import dev.plinth.engine.internal.pipeline.ReplyTo;
import dev.plinth.engine.internal.wire.Wire;
import java.util.concurrent.CompletableFuture;

/**
 * A way into an engine for what serves it to others, such as an HTTP server. Its replies complete on an executor of its own, and its waits end
 * together. Made by {@link Engine#door}. Thread-safe.
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
     * Answers a call as {@link Engine#submit} does. A future that is not complete when this returns completes on the executor of the door, and so
     * does each {@link Reply.Rest#next} of its reply.
     */
    public CompletableFuture<Reply> submit(Call call) {
        return wire.submit(call, replyTo);
    }

    /**
     * Takes the headers of a call before its body is read, and looks at all that comes before the body in the order of evaluation: route,
     * credential, state of key and workspace, rate limit. A call that is refused there needs no body.
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
     * Ends all waits that came by this door, now and from now on: long polls and leases are answered as things stand, streams end. Calls that do not
     * wait go on, and so do the waits of other doors.
     */
    public void endWaits() {
        replyTo.waits().end();
    }

    /** Notes an error that the server is about to handle. One that tells of missing memory is a failure of the engine ({@link Engine#isHealthy}). */
    public void noteError(Throwable error) {
        fatalErrors.saw(error);
    }

    /** Notes that a thread of the server has ended by an error: that is a failure of the engine ({@link Engine#isHealthy}). */
    public void noteEnd(String thread, Throwable error) {
        fatalErrors.ended(thread, error);
    }
}
