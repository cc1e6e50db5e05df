package dev.plinth.engine.http;

import dev.plinth.engine.api.Reply;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** The bodies that come in parts and are open, bounded for each payer and in all. Thread-safe. */
final class Streams {
    private static final Reply.Part END = new Reply.Part(new byte[0], Optional.empty());

    private final Set<Body> open = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> byPayer = new ConcurrentHashMap<>();
    private final ByteBudget answers;
    private volatile boolean draining;

    /** No streams, whose parts are paid for by this budget. */
    Streams(ByteBudget answers) {
        this.answers = answers;
    }

    /**
     * Where a body goes.
     *
     * @param calls hears of errors
     * @param executor writes the parts
     */
    record Sink(
            CallService calls, EngineConnection connection, Executor executor, Response response, Callback callback) {}

    /**
     * Writes a body to its end; the head of its response is set. Where too many streams are open, it ends behind its first part.
     *
     * @param payer names who pays for the memory of the call
     */
    void write(Reply reply, String payer, Sink sink) {
        Body body = new Body(payer, sink);
        open.add(body);
        int own = byPayer.merge(payer, 1, Integer::sum);
        boolean fits = own <= FramingLimits.STREAMS_PER_WORKSPACE_MAX && open.size() <= FramingLimits.STREAMS_MAX;
        try {
            body.write(new Reply.Part(reply.body(), fits ? reply.rest() : Optional.empty()));
        } catch (RuntimeException | Error broken) {
            close(body);
            throw broken;
        }
    }

    /** Ends all of them behind what they have written, and each new one behind its first part. */
    void drain() {
        draining = true;
        open.forEach(body -> body.next.complete(END));
    }

    /** Returns how many are open, for tests. */
    int open() {
        return open.size();
    }

    private void close(Body body) {
        if (open.remove(body)) {
            byPayer.computeIfPresent(body.payer, (id, streams) -> streams == 1 ? null : streams - 1);
        }
    }

    /**
     * One body. It asks for a part when the one before it is written, so that a slow client costs the memory of one part; one that is gone
     * is noticed by a write that fails, which may be the second one.
     */
    private final class Body {
        private final String payer;
        private final Sink sink;
        private volatile CompletableFuture<Reply.Part> next = new CompletableFuture<>();

        Body(String payer, Sink sink) {
            this.payer = payer;
            this.sink = sink;
        }

        void write(Reply.Part part) {
            ByteBudget.Share share = answers.share(() -> payer);
            // What is not sent now is sent when the client comes again with the last id that it saw.
            Reply.Part written = share.take(part.bytes().length) ? part : END;
            boolean last = written.rest().isEmpty();
            Callback then = Callback.from(
                    () -> {
                        share.close();
                        written.rest().ifPresentOrElse(this::askOrFail, this::succeed);
                    },
                    failure -> {
                        share.close();
                        fail(failure);
                    });
            SlicedWrite.write(sink.connection(), sink.response(), written.bytes(), last, then);
        }

        /** Jetty, whose thread this is, drops what its callbacks throw. */
        private void askOrFail(Reply.Rest rest) {
            try {
                ask(rest);
            } catch (RuntimeException | Error broken) {
                fail(broken);
            }
        }

        private void ask(Reply.Rest rest) {
            CompletableFuture<Reply.Part> part = new CompletableFuture<>();
            next = part;
            // Not on the thread that completes it: that one makes other calls durable and shall not write to sockets.
            CompletableFuture<Void> written = part.thenAcceptAsync(this::write, sink.executor());
            written.whenComplete((nothing, failure) -> {
                if (failure != null) {
                    fail(failure);
                }
            });
            if (draining) {
                part.complete(END);
            } else {
                rest.next().whenComplete((value, failure) -> {
                    if (failure != null) {
                        sink.calls().noteError(failure);
                    }
                    part.complete(value == null ? END : value);
                });
            }
        }

        private void succeed() {
            close(this);
            sink.callback().succeeded();
        }

        private void fail(Throwable failure) {
            sink.calls().noteError(failure);
            close(this);
            // As a rule the client is gone, of which nobody needs a log.
            sink.callback().failed(new Request.Handler.AbortException("The stream could not be written", failure));
        }
    }
}
