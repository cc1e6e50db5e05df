package dev.plinth.engine.internal.node;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.pipeline.PendingRequest;
import dev.plinth.engine.internal.pipeline.ReplyTo;
import dev.plinth.engine.internal.wire.Wire;
import dev.plinth.engine.server.Admission;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;

/** Completes a call whose headers have been checked. For one thread at a time. */
final class DoorAdmission implements Admission {
    private static final byte[] NO_BODY = {};
    private static final Optional<String> OPERATOR = Optional.of("operator");

    private final Wire wire;
    private final ReplyTo replyTo;
    private final PendingRequest pending;

    DoorAdmission(Wire wire, ReplyTo replyTo, PendingRequest pending) {
        this.wire = wire;
        this.replyTo = replyTo;
        this.pending = pending;
    }

    @Override
    public boolean isRefused() {
        return pending.isRefused();
    }

    @Override
    public Optional<String> payer() {
        Id workspace = pending.workspace();
        if (workspace != null) {
            return Optional.of(workspace.text());
        }
        return pending.isOfOperator() ? OPERATOR : Optional.empty();
    }

    @Override
    public boolean isOfStranger() {
        return pending.workspace() == null && !pending.isOfOperator();
    }

    @Override
    public boolean isStream() {
        return pending.isStream();
    }

    @Override
    public boolean takesBody() {
        return pending.takesBody();
    }

    @Override
    public int bodyBytesMax() {
        return pending.bodyBytesMax();
    }

    @Override
    public CompletableFuture<Reply> submit(byte[] body, LongPredicate memory) {
        Objects.requireNonNull(body, "body must not be null.");
        Objects.requireNonNull(memory, "memory must not be null.");
        pending.reservesMemoryBy(memory);
        pending.received(body, false);
        return wire.submit(pending, replyTo);
    }

    @Override
    public CompletableFuture<Reply> submitTooLarge() {
        pending.received(NO_BODY, true);
        return wire.submit(pending, replyTo);
    }

    @Override
    public CompletableFuture<Reply> submitWithoutRoom(String detail) {
        Objects.requireNonNull(detail, "detail must not be null.");
        pending.lacksRoom(detail);
        return wire.submit(pending, replyTo);
    }

    @Override
    public CompletableFuture<Reply> submitWithoutPlace(String detail) {
        Objects.requireNonNull(detail, "detail must not be null.");
        pending.lacksPlace(detail);
        return wire.submit(pending, replyTo);
    }
}
