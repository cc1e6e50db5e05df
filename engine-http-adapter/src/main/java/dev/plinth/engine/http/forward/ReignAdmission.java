package dev.plinth.engine.http.forward;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.server.Admission;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.LongPredicate;
import java.util.function.Predicate;

/**
 * A call that this node decides, unless its reign ends before. Then the next leader does. Immutable.
 *
 * @param isOver true for an answer that the call has changed nothing, because the reign has ended
 * @param forward answers the call with this body, and with a way to reserve memory if this node leads again
 */
record ReignAdmission(
        Admission own, Predicate<Reply> isOver, BiFunction<byte[], LongPredicate, CompletableFuture<Reply>> forward)
        implements Admission {
    @Override
    public boolean isRefused() {
        return own.isRefused();
    }

    @Override
    public Optional<String> payer() {
        return own.payer();
    }

    @Override
    public boolean isOfStranger() {
        return own.isOfStranger();
    }

    @Override
    public boolean isStream() {
        return own.isStream();
    }

    @Override
    public CompletableFuture<Reply> submitWithoutPlace(String detail) {
        return own.submitWithoutPlace(detail);
    }

    @Override
    public boolean takesBody() {
        return own.takesBody();
    }

    @Override
    public int bodyBytesMax() {
        return own.bodyBytesMax();
    }

    @Override
    public CompletableFuture<Reply> submit(byte[] body, LongPredicate memory) {
        return own.submit(body, memory)
                .thenCompose(reply ->
                        isOver.test(reply) ? forward.apply(body, memory) : CompletableFuture.completedFuture(reply));
    }

    @Override
    public CompletableFuture<Reply> submitTooLarge() {
        return own.submitTooLarge();
    }

    @Override
    public CompletableFuture<Reply> submitWithoutRoom(String detail) {
        return own.submitWithoutRoom(detail);
    }
}
