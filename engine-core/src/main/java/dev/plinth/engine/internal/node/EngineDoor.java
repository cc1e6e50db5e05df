package dev.plinth.engine.internal.node;

import dev.plinth.engine.api.Audience;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.pipeline.ReplyTo;
import dev.plinth.engine.internal.wire.Wire;
import dev.plinth.engine.server.Admission;
import dev.plinth.engine.server.CallDoor;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A door into the parts of the present reign. Thread-safe. */
public final class EngineDoor implements CallDoor {
    private final EngineNode node;
    private final Set<Audience> audiences;
    private final ReplyTo replyTo;

    public EngineDoor(EngineNode node, Set<Audience> audiences, ReplyTo replyTo) {
        this.node = node;
        this.audiences = Set.copyOf(audiences);
        this.replyTo = replyTo;
    }

    @Override
    public CompletableFuture<Reply> submit(Call call) {
        Objects.requireNonNull(call, "call must not be null.");
        Wire wire = wire();
        return wire == null ? CompletableFuture.completedFuture(refuse(call)) : wire.submit(call, replyTo);
    }

    @Override
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

    @Override
    public void endWaits() {
        replyTo.waits().end();
    }

    @Override
    public void noteError(Throwable error) {
        Objects.requireNonNull(error, "error must not be null.");
        node.fatalErrors().saw(error);
    }

    @Override
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
