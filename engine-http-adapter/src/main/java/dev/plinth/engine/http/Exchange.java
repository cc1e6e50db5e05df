package dev.plinth.engine.http;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way through: reads the body as it arrives, hands the call over, writes the reply; blocks nowhere.
 *
 * <p>Jetty runs it again whenever more of the body is there. A body above the limit is not read to its end before the engine
 * is asked, because the answer (413, or what comes before it in the order of evaluation) does not depend on the rest.
 */
final class Exchange implements Invocable.Task {
    private static final byte[] NO_BODY = {};
    private static final String IDEMPOTENCY_KEY = "idempotency-key";

    private final Calls calls;
    private final Streams streams;
    private final EngineConnector connector;
    private final EngineConnection connection;
    private final RequestTarget target;
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final BodyBuffer body;
    private final int bodyBytesMax;
    private long discardedBytes;

    Exchange(Calls calls, Streams streams, Request request, Response response, Callback callback) {
        this.calls = calls;
        this.streams = streams;
        this.connector = (EngineConnector) request.getConnectionMetaData().getConnector();
        this.connection = (EngineConnection) request.getConnectionMetaData().getConnection();
        this.target = connection.target();
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.bodyBytesMax = calls.bodyBytesMax(request.getMethod(), target.path());
        this.body = new BodyBuffer(bodyBytesMax, request.getLength());
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    @Override
    public void run() {
        if (request.getLength() > bodyBytesMax) {
            submit(true);
            return;
        }
        while (true) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                refuse(chunk.getFailure());
                return;
            }
            boolean fits = body.append(chunk.getByteBuffer());
            boolean last = chunk.isLast();
            chunk.release();
            if (!fits || last) {
                submit(!fits);
                return;
            }
        }
    }

    private void submit(boolean tooLarge) {
        byte[] bytes = tooLarge ? NO_BODY : body.toBytes();
        Call call = new Call(request.getMethod(), target.path(), target.query(), headers(), bytes, tooLarge);
        calls.submit(call).whenComplete((value, failure) -> answer(value, failure, tooLarge));
    }

    private Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        for (HttpField field : request.getHeaders()) {
            String value = field.getValue() == null ? "" : field.getValue();
            String between = field.getLowerCaseName().equals(IDEMPOTENCY_KEY) ? String.valueOf(Call.REPEATED) : ", ";
            headers.merge(field.getLowerCaseName(), value, (before, next) -> before + between + next);
        }
        return headers;
    }

    private void answer(@Nullable Reply reply, @Nullable Throwable failure, boolean tooLarge) {
        if (failure != null) {
            calls.noteError(failure);
        }
        if (reply == null) {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            if (cause instanceof BrokenConnection broken) {
                connection.breakOff(broken, callback);
                return;
            }
            callback.failed(failure == null ? new IllegalStateException("Expected a reply, but got null") : failure);
            return;
        }
        try {
            write(reply, tooLarge);
        } catch (RuntimeException broken) {
            // A future swallows what its callbacks throw, and the client would wait for ever.
            callback.failed(broken);
        }
    }

    private void write(Reply reply, boolean tooLarge) {
        // A client that is told so opens a new connection instead of sending into one that is about to be closed.
        boolean thenClose = tooLarge || connector.isDraining();
        if (reply.rest().isPresent()) {
            ReplyWriter.writeHead(reply, thenClose, response);
            if (HttpMethod.HEAD.is(request.getMethod())) {
                ReplyWriter.writeNoBody(response, callback);
            } else {
                streams.write(reply, request.getComponents().getExecutor(), response, callback);
            }
        } else if (tooLarge && !waitsForContinue()) {
            ReplyWriter.write(reply, true, response, Callback.from(this::discard, callback::failed));
        } else {
            ReplyWriter.write(reply, thenClose, response, callback);
        }
    }

    /** True if the client holds its body back until it is told to go on, which it never is. */
    private boolean waitsForContinue() {
        return body.isEmpty() && request.getHeaders().contains(HttpHeader.EXPECT);
    }

    /** Reads the rest of a body that is too large, so that closing does not destroy the answer on its way (RFC 9112 §9.6). */
    private void discard() {
        while (true) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(Invocable.from(InvocationType.NON_BLOCKING, this::discard));
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                callback.failed(chunk.getFailure());
                return;
            }
            discardedBytes += chunk.remaining();
            boolean last = chunk.isLast();
            chunk.release();
            if (last) {
                callback.succeeded();
                return;
            }
            if (discardedBytes > FramingLimits.DISCARDED_BYTES_MAX) {
                callback.failed(new IOException("The client went on sending a body that was refused"));
                return;
            }
        }
    }

    private void refuse(Throwable failure) {
        if (failure instanceof HttpException badlyFramed) {
            Runnable then = () -> callback.failed(failure);
            ReplyWriter.write(
                    Refusals.malformed(calls, badlyFramed),
                    true,
                    response,
                    Callback.from(() -> connection.discard(then), callback::failed));
        } else {
            // The time is over or the client is gone: nobody reads an answer, and nobody needs a log.
            callback.failed(new Request.Handler.AbortException("The body did not arrive", failure));
        }
    }
}
