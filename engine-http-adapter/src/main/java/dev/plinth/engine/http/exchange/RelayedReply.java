package dev.plinth.engine.http.exchange;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.call.ForwardedHeaders;
import dev.plinth.engine.http.connection.EngineConnection;
import dev.plinth.engine.http.connection.SlicedWrite;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;
import org.eclipse.jetty.util.thread.Invocable;

/**
 * The leader's answer, which is written as it comes: status, headers and bytes. It is read as fast as the client takes it,
 * so that it costs the memory of one buffer. Thread-safe; written once.
 */
public final class RelayedReply implements Reply.Rest {
    private static final byte[] NOTHING = {};

    private final int status;
    private final HttpFields headers;
    private final Content.Source body;
    private final Consumer<Throwable> abort;
    private final Runnable atEnd;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile boolean ending;

    /**
     * Takes an answer.
     *
     * @param abort ends the leader's call, whose body then ends with this failure
     * @param atEnd runs once, when the answer is written or its client is gone
     */
    public RelayedReply(
            int status, HttpFields headers, Content.Source body, Consumer<Throwable> abort, Runnable atEnd) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.abort = abort;
        this.atEnd = atEnd;
    }

    /** Returns this as a reply of a door. */
    public Reply asReply() {
        return Reply.of(status, Map.of(), NOTHING).withRest(this);
    }

    /** Returns the relayed answer in a reply. */
    static Optional<RelayedReply> in(Reply reply) {
        return reply.rest().map(rest -> rest instanceof RelayedReply relayed ? relayed : null);
    }

    /** Not used, because {@link #write} writes the body. */
    @Override
    public CompletableFuture<Reply.Part> next() {
        return CompletableFuture.completedFuture(Reply.Part.last(NOTHING));
    }

    /** Ends a body of unknown length after what has been written; its client comes again. Others go on. */
    public void endStream() {
        if (!headers.contains(HttpHeader.CONTENT_LENGTH)) {
            ending = true;
            abort.accept(new StreamEnd());
        }
    }

    /**
     * Writes the answer.
     *
     * @param thenClose true to tell the client that no further request will be read
     */
    void write(boolean thenClose, EngineConnection connection, Response response, Callback callback) {
        response.setStatus(status);
        ForwardedHeaders.addTo(response.getHeaders(), headers);
        ReplyWriter.protect(response);
        if (thenClose) {
            response.getHeaders().put(HttpFields.CONNECTION_CLOSE);
        }
        Callback then = Callback.from(
                () -> {
                    end();
                    callback.succeeded();
                },
                failure -> {
                    abort.accept(failure);
                    end();
                    callback.failed(new Request.Handler.AbortException("The answer could not be relayed", failure));
                });
        if (HttpMethod.HEAD.is(response.getRequest().getMethod()) || HttpStatus.hasNoBody(status)) {
            // Jetty's client gives the connection back once the end of the body is read, also of one that is empty.
            Content.Source.consumeAll(body, Callback.NOOP);
            ReplyWriter.writeNoBody(response, then);
        } else {
            new Copy(connection, response, then).iterate();
        }
    }

    private void end() {
        if (ended.compareAndSet(false, true)) {
            atEnd.run();
        }
    }

    /** Tells the reader of a body that it ends early, and well. */
    private static final class StreamEnd extends Exception {
        private static final long serialVersionUID = 1;

        StreamEnd() {
            super("The stream ends", null, false, false);
        }
    }

    /** Copies the body to the client, a part at a time. */
    private final class Copy extends IteratingCallback {
        private final EngineConnection connection;
        private final Response response;
        private final Callback then;
        private boolean isLast;

        Copy(EngineConnection connection, Response response, Callback then) {
            this.connection = connection;
            this.response = response;
            this.then = then;
        }

        @Override
        protected Action process() throws Throwable {
            if (isLast) {
                return Action.SUCCEEDED;
            }
            Content.Chunk chunk = body.read();
            if (chunk == null) {
                body.demand(Invocable.from(InvocationType.NON_BLOCKING, this::succeeded));
                return Action.SCHEDULED;
            }
            if (Content.Chunk.isFailure(chunk)) {
                if (!ending) {
                    throw chunk.getFailure();
                }
                isLast = true;
                response.write(true, BufferUtil.EMPTY_BUFFER, this);
                return Action.SCHEDULED;
            }
            isLast = chunk.isLast();
            byte[] bytes = BufferUtil.toArray(chunk.getByteBuffer());
            chunk.release();
            if (bytes.length == 0) {
                ByteBuffer nothing = BufferUtil.EMPTY_BUFFER;
                if (!isLast) {
                    succeeded();
                } else {
                    response.write(true, nothing, this);
                }
            } else {
                SlicedWrite.write(connection, response, bytes, isLast, this);
            }
            return Action.SCHEDULED;
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }

        @Override
        protected void onCompleteSuccess() {
            then.succeeded();
        }

        @Override
        protected void onCompleteFailure(Throwable cause) {
            then.failed(cause);
        }
    }
}
