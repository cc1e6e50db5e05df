package dev.plinth.engine.http.call;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.server.Admission;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongPredicate;

/**
 * Admits every call, for a filter that takes whole calls only. Immutable.
 *
 * @param noRoom makes the reply to a call for which there is no memory, out of its sentence
 */
public record AdmitAll(
        Call head, int bodyBytesMax, Function<Call, CompletableFuture<Reply>> door, Function<String, Reply> noRoom)
        implements Admission {
    @Override
    public boolean isRefused() {
        return false;
    }

    @Override
    public Optional<String> payer() {
        return Optional.empty();
    }

    @Override
    public boolean takesBody() {
        return true;
    }

    @Override
    public CompletableFuture<Reply> submit(byte[] body, LongPredicate memory) {
        return door.apply(head.withBody(body));
    }

    @Override
    public CompletableFuture<Reply> submitTooLarge() {
        return door.apply(head.withBodyTooLarge());
    }

    @Override
    public CompletableFuture<Reply> submitWithoutRoom(String detail) {
        return CompletableFuture.completedFuture(noRoom.apply(detail));
    }
}
