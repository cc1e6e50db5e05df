package dev.plinth.engine.spring;

import dev.plinth.engine.Admission;
import dev.plinth.engine.CallDoor;
import dev.plinth.engine.api.Reply;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.web.HttpRequestHandler;

/**
 * Answers calls of the wire on the application's server. A call that waits and a stream between two parts hold no
 * thread. A write to a client that reads slowly holds one, of the server or of {@link WireThreads}. Thread-safe.
 */
final class WireHandler implements HttpRequestHandler {
    /** More streams end after their first part, and the client asks again from there. */
    static final int STREAMS_MAX = 1_000;

    private static final byte[] NO_BODY = {};
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    private final CallDoor door;
    private final ValueMemory memory;
    private final AtomicInteger streams = new AtomicInteger();

    WireHandler(CallDoor door, ValueMemory memory) {
        this.door = door;
        this.memory = memory;
    }

    @Override
    public void handleRequest(HttpServletRequest request, HttpServletResponse response) throws IOException {
        // Before the change, because this throws behind a filter without async support.
        AsyncContext context = request.startAsync();
        // The engine ends each wait itself.
        context.setTimeout(0);
        ValueMemory.Share values = memory.share();
        CompletableFuture<Reply> reply;
        try {
            reply = submit(request, values);
        } catch (IOException | RuntimeException | Error broken) {
            // The server answers 500 and ends the async context.
            values.close();
            throw broken;
        }
        reply.whenComplete((answer, failure) -> {
            values.close();
            complete(context, request.getMethod(), response, answer, failure);
        });
    }

    private CompletableFuture<Reply> submit(HttpServletRequest request, ValueMemory.Share values) throws IOException {
        Admission admission = door.admit(ServletCalls.head(request, ""));
        if (admission.isRefused()) {
            return admission.submit(NO_BODY, values::take);
        }
        int max = admission.bodyBytesMax();
        if (request.getContentLengthLong() > max) {
            return admission.submitTooLarge();
        }
        byte[] body = request.getInputStream().readNBytes(max + 1);
        if (body.length > max) {
            return admission.submitTooLarge();
        }
        return admission.submit(admission.takesBody() ? body : NO_BODY, values::take);
    }

    private void complete(
            AsyncContext context,
            String method,
            HttpServletResponse response,
            @Nullable Reply reply,
            @Nullable Throwable failure) {
        try {
            if (reply == null) {
                throw failure == null ? new IllegalStateException("Expected a reply, but got null") : failure;
            }
            write(context, method, response, reply);
        } catch (IOException gone) {
            // There is no reader for an answer.
            context.complete();
        } catch (Throwable broken) {
            Throwable cause = broken instanceof CompletionException ? broken.getCause() : broken;
            door.noteError(cause == null ? broken : cause);
            if (!response.isCommitted()) {
                response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
            }
            context.complete();
        }
    }

    private void write(AsyncContext context, String method, HttpServletResponse response, Reply reply)
            throws IOException {
        response.setStatus(reply.status());
        reply.headers().forEach(response::addHeader);
        if (reply.rest().isEmpty()) {
            if (reply.status() != NO_CONTENT && reply.status() != NOT_MODIFIED) {
                response.setContentLength(reply.body().length);
                response.getOutputStream().write(reply.body());
            }
            context.complete();
        } else if (method.equals("HEAD")) {
            context.complete();
        } else {
            boolean fits = streams.incrementAndGet() <= STREAMS_MAX;
            writePart(context, response, new Reply.Part(reply.body(), fits ? reply.rest() : Optional.empty()));
        }
    }

    /** Writes a part, and asks for the next one when it is written. */
    private void writePart(AsyncContext context, HttpServletResponse response, Reply.Part part) {
        try {
            response.getOutputStream().write(part.bytes());
            response.flushBuffer();
            if (part.rest().isPresent()) {
                part.rest().get().next().whenComplete((next, failure) -> {
                    if (next == null) {
                        endStream(context, failure);
                    } else {
                        writePart(context, response, next);
                    }
                });
                return;
            }
            endStream(context, null);
        } catch (IOException gone) {
            endStream(context, null);
        } catch (RuntimeException | Error broken) {
            endStream(context, broken);
        }
    }

    private void endStream(AsyncContext context, @Nullable Throwable failure) {
        streams.decrementAndGet();
        if (failure != null) {
            door.noteError(failure);
        }
        context.complete();
    }
}
