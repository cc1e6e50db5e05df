package dev.plinth.engine.http;

import dev.plinth.engine.api.Reply;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** The bodies that come in parts and are being written. Thread-safe. */
final class Streams {
    private static final Reply.Part END = new Reply.Part(new byte[0], Optional.empty());

    private final Set<Body> open = ConcurrentHashMap.newKeySet();
    private volatile boolean draining;

    /** Writes a body to its end; the head of its response is set. */
    void write(Reply reply, Executor executor, Response response, Callback callback) {
        Body body = new Body(executor, response, callback);
        open.add(body);
        try {
            body.write(new Reply.Part(reply.body(), reply.rest()));
        } catch (RuntimeException broken) {
            open.remove(body);
            throw broken;
        }
    }

    /** Ends all of them behind what they have written, and each new one behind its first part. */
    void drain() {
        draining = true;
        open.forEach(body -> body.next.complete(END));
    }

    /**
     * One body. It asks for a part when the one before it is written, so that a slow client costs the memory of one part; one that is gone
     * is noticed by a write that fails, which may be the second one.
     */
    private final class Body {
        private final Executor executor;
        private final Response response;
        private final Callback callback;
        private volatile CompletableFuture<Reply.Part> next = new CompletableFuture<>();

        Body(Executor executor, Response response, Callback callback) {
            this.executor = executor;
            this.response = response;
            this.callback = callback;
        }

        void write(Reply.Part part) {
            boolean last = part.rest().isEmpty();
            response.write(
                    last,
                    ByteBuffer.wrap(part.bytes()),
                    Callback.from(() -> part.rest().ifPresentOrElse(this::ask, this::succeed), this::fail));
        }

        private void ask(Reply.Rest rest) {
            CompletableFuture<Reply.Part> part = new CompletableFuture<>();
            next = part;
            // Not on the thread that completes it: that one makes other calls durable and shall not write to sockets.
            CompletableFuture<Void> written = part.thenAcceptAsync(this::write, executor);
            written.whenComplete((nothing, failure) -> {
                if (failure != null) {
                    fail(failure);
                }
            });
            if (draining) {
                part.complete(END);
            } else {
                rest.next().whenComplete((value, failure) -> part.complete(value == null ? END : value));
            }
        }

        private void succeed() {
            open.remove(this);
            callback.succeeded();
        }

        private void fail(Throwable failure) {
            open.remove(this);
            // The client is gone: nobody needs a log.
            callback.failed(new Request.Handler.AbortException("The stream could not be written", failure));
        }
    }
}
