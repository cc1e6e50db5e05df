package dev.plinth.engine.server;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.Limits;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;

/** Refuses a call that has no route. Immutable. */
record RefusedAdmission(Reply reply) implements Admission {
    @Override
    public boolean isRefused() {
        return true;
    }

    @Override
    public Optional<String> payer() {
        return Optional.empty();
    }

    @Override
    public boolean takesBody() {
        return false;
    }

    @Override
    public int bodyBytesMax() {
        return Limits.BODY_BYTES_MAX;
    }

    @Override
    public CompletableFuture<Reply> submit(byte[] body, LongPredicate memory) {
        Objects.requireNonNull(body, "body must not be null.");
        Objects.requireNonNull(memory, "memory must not be null.");
        return CompletableFuture.completedFuture(reply);
    }

    @Override
    public CompletableFuture<Reply> submitTooLarge() {
        return CompletableFuture.completedFuture(reply);
    }

    @Override
    public CompletableFuture<Reply> submitWithoutRoom(String detail) {
        Objects.requireNonNull(detail, "detail must not be null.");
        return CompletableFuture.completedFuture(reply);
    }
}
