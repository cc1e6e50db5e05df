package dev.plinth.engine;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.pipeline.Arrival;
import dev.plinth.engine.internal.pipeline.ReplyTo;
import dev.plinth.engine.internal.wire.Wire;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;

/** Takes a call on from its headers. One thread at a time. */
final class DoorAdmission implements Admission {
    private static final byte[] NO_BODY = {};
    private static final Optional<String> OPERATOR = Optional.of("operator");

    private final Wire wire;
    private final ReplyTo replyTo;
    private final Arrival arrival;

    DoorAdmission(Wire wire, ReplyTo replyTo, Arrival arrival) {
        this.wire = wire;
        this.replyTo = replyTo;
        this.arrival = arrival;
    }

    @Override
    public boolean isRefused() {
        return arrival.isTurnedAway();
    }

    @Override
    public Optional<String> payer() {
        Id workspace = arrival.workspace();
        if (workspace != null) {
            return Optional.of(workspace.text());
        }
        return arrival.isOfOperator() ? OPERATOR : Optional.empty();
    }

    @Override
    public boolean takesBody() {
        return arrival.takesBody();
    }

    @Override
    public int bodyBytesMax() {
        return arrival.bodyBytesMax();
    }

    @Override
    public CompletableFuture<Reply> submit(byte[] body, LongPredicate memory) {
        arrival.paysBy(memory);
        arrival.received(body, false);
        return wire.submit(arrival, replyTo);
    }

    @Override
    public CompletableFuture<Reply> submitTooLarge() {
        arrival.received(NO_BODY, true);
        return wire.submit(arrival, replyTo);
    }

    @Override
    public CompletableFuture<Reply> submitWithoutRoom(String detail) {
        arrival.lacksRoom(detail);
        return wire.submit(arrival, replyTo);
    }
}
