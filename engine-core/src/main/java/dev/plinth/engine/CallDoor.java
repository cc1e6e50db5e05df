package dev.plinth.engine;

import dev.plinth.engine.api.Audience;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.RefusedException;
import dev.plinth.engine.internal.pipeline.ReplyTo;
import dev.plinth.engine.internal.wire.Wire;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A door into an engine for a server, such as an HTTP server. Its replies complete on an executor of its own, and its
 * waits end together. Made by {@link Engine#door}. Thread-safe.
 */
public final class CallDoor {
    private final EngineNode node;
    private final Set<Audience> audiences;
    private final ReplyTo replyTo;

    CallDoor(EngineNode node, Set<Audience> audiences, ReplyTo replyTo) {
        this.node = node;
        this.audiences = Set.copyOf(audiences);
        this.replyTo = replyTo;
    }

    /**
     * Answers a call as {@link Engine#submit} does. A future that is not complete on return completes on the door's
     * executor, and so does each {@link Reply.Rest#next} of its reply.
     */
    public CompletableFuture<Reply> submit(Call call) {
        Objects.requireNonNull(call, "call must not be null.");
        Wire wire = wire();
        return wire == null ? CompletableFuture.completedFuture(refuse(call)) : wire.submit(call, replyTo);
    }

    /**
     * Checks the headers of a call before its body is read: route, credential, state of key and workspace, and rate
     * limit. A call that is refused here needs no body.
     *
     * @param head the call without its body
     */
    public Admission admit(Call head) {
        Objects.requireNonNull(head, "head must not be null.");
        Wire wire = wire();
        if (wire == null) {
            return Admission.refused(refuse(head));
        }
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
        Objects.requireNonNull(error, "error must not be null.");
        node.fatalErrors().saw(error);
    }

    /**
     * Records that an error has ended a thread of the server, which makes the engine unhealthy
     * ({@link Engine#isHealthy}).
     */
    public void noteEnd(String thread, Throwable error) {
        Objects.requireNonNull(thread, "thread must not be null.");
        Objects.requireNonNull(error, "error must not be null.");
        node.fatalErrors().ended(thread, error);
    }

    private Reply refuse(Call call) {
        return node.refuse(call, audiences);
    }

    /** Returns the routes of this door in the present reign, or null if the node does not lead. */
    private @Nullable Wire wire() {
        ActiveEngine active = node.active();
        return active == null ? null : active.wire(audiences);
    }
}
