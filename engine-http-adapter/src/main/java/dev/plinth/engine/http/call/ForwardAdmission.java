package dev.plinth.engine.http.call;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.server.Admission;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.LongPredicate;

/**
 * Takes a call whole, for another node to decide it. Immutable.
 *
 * @param bodyBytesMax the largest body of any route
 * @param forward answers the call with this body, and with a way to reserve memory if this node leads meanwhile
 */
public record ForwardAdmission(
        RemoteCaller sender,
        int bodyBytesMax,
        CallService refusals,
        BiFunction<byte[], LongPredicate, CompletableFuture<Reply>> forward)
        implements Admission {
    @Override
    public boolean isRefused() {
        return false;
    }

    /** Counts the memory for each client by its address, because this node does not look at the credential. */
    @Override
    public Optional<String> payer() {
        return Optional.of("forwarded for "
                + sender.address()
                        .map(address -> ClientAddress.of(address).toString())
                        .orElse("unknown"));
    }

    @Override
    public boolean takesBody() {
        return true;
    }

    @Override
    public CompletableFuture<Reply> submit(byte[] body, LongPredicate memory) {
        return forward.apply(body, memory);
    }

    @Override
    public CompletableFuture<Reply> submitTooLarge() {
        return CompletableFuture.completedFuture(
                refusals.refusal(
                        "payload_too_large",
                        "A body may have at most " + bodyBytesMax
                                + " bytes, and less on most routes; this one has more. Send less, or split it over several calls."));
    }

    @Override
    public CompletableFuture<Reply> submitWithoutRoom(String detail) {
        return CompletableFuture.completedFuture(Refusals.noRoom(refusals, detail));
    }
}
