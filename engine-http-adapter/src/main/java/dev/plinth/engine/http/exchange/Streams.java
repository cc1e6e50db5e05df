package dev.plinth.engine.http.exchange;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.call.CallService;
import dev.plinth.engine.http.connection.EngineConnection;
import dev.plinth.engine.http.connection.SlicedWrite;
import dev.plinth.engine.server.ByteBudget;
import dev.plinth.engine.server.StreamPlaces;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** The open bodies that come in parts. Each has a place of {@link StreamPlaces}. Thread-safe. */
public final class Streams {
    private static final Reply.Part END = Reply.Part.last(new byte[0]);

    private final Set<Body> open = ConcurrentHashMap.newKeySet();
    private final ByteBudget answers;
    private final StreamPlaces places;
    private volatile boolean draining;

    /** Begins without streams. The budget accounts for their parts. */
    Streams(ByteBudget answers, StreamPlaces places) {
        this.answers = answers;
        this.places = places;
    }

    /** Returns the places of streams, which other adapters of the engine share. */
    StreamPlaces places() {
        return places;
    }

    /**
     * The destination of a body.
     *
     * @param calls learns of errors
     * @param executor writes the parts
     */
    record Sink(
            CallService calls, EngineConnection connection, Executor executor, Response response, Callback callback) {}

    /**
     * Writes a body that has a place to its end, after the head of its response is set.
     *
     * @param payer the name under which the memory of the call is counted
     */
    void write(Reply reply, String payer, Sink sink) {
        Body body = new Body(payer, sink);
        open.add(body);
        try {
            body.write(reply.firstPart());
        } catch (RuntimeException | Error broken) {
            open.remove(body);
            throw broken;
        }
    }

    /** Ends all streams after what they have written, and each new one after its first part. */
    public void drain() {
        draining = true;
        open.forEach(body -> body.next.complete(END));
    }

    /** Returns how many streams have a place, for tests. */
    public int open() {
        return places.open();
    }

    /**
     * A body. It asks for a part when the one before it is written, so that a slow client costs the memory of one part.
     * A failed write shows that the client is gone, which may be the second one.
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
            // A part that is not sent now is sent when the client comes again with the last id that it saw.
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

        /** Asks for the next part. Jetty, whose thread this is, drops what its callbacks throw. */
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
            // Not on the thread that completes it, which makes other calls durable and must not write to sockets.
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
            open.remove(this);
            sink.callback().succeeded();
        }

        private void fail(Throwable failure) {
            sink.calls().noteError(failure);
            open.remove(this);
            // Usually the client is gone, which needs no log line.
            sink.callback().failed(new Request.Handler.AbortException("The stream could not be written", failure));
        }
    }
}
