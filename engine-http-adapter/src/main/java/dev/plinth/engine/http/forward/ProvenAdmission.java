package dev.plinth.engine.http.forward;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.server.Admission;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A call of another node, which is decided only with the body that the node has sent. Immutable.
 *
 * @param isSent true for the body of the call
 * @param refusal answers a call with another body
 */
record ProvenAdmission(Admission own, Predicate<byte[]> isSent, Supplier<Reply> refusal) implements Admission {
    @Override
    public boolean isRefused() {
        return own.isRefused();
    }

    @Override
    public Optional<String> payer() {
        return own.payer();
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
        return isSent.test(body) ? own.submit(body, memory) : CompletableFuture.completedFuture(refusal.get());
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
