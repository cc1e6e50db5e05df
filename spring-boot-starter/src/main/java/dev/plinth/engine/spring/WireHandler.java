package dev.plinth.engine.spring;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.server.Admission;
import dev.plinth.engine.server.ByteBudget;
import dev.plinth.engine.server.CallBudgets;
import dev.plinth.engine.server.CallDoor;
import dev.plinth.engine.server.StreamPlaces;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Answers calls of the wire on the application's server. A call that waits and a stream between two parts hold no
 * thread. A write to a client that reads slowly holds one, of the server or of {@link WireThreads}. Thread-safe.
 */
final class WireHandler implements HttpRequestHandler {
    /** The name under which calls without a credential are counted together. */
    private static final String STRANGERS = "strangers";

    /** Bytes from which on an answer is counted. A socket's own buffer takes a smaller one. */
    private static final int COUNTED_BYTES_MIN = 1024;

    private static final List<String> RATE_LIMIT_HEADERS = List.of("RateLimit-Policy", "RateLimit");

    private static final String BODY_IS_GONE =
            "A filter has read the body of a call before the wire. Let that filter leave"
                    + " /v1/** out, or read no parameter there.";

    private static final byte[] NO_BODY = {};
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    private final CallDoor door;
    private final CallBudgets budgets;
    private final Refuser refuser;
    private final LongSupplier nanos;

    /** Makes the problem document of a code, with a sentence. */
    @FunctionalInterface
    interface Refuser {
        Reply refuse(String code, String detail);
    }

    /**
     * Makes a handler.
     *
     * @param refuser refuses what the engine has answered and the budget has no room for
     * @param nanos the real time
     */
    WireHandler(CallDoor door, CallBudgets budgets, Refuser refuser, LongSupplier nanos) {
        this.door = door;
        this.budgets = budgets;
        this.refuser = refuser;
        this.nanos = nanos;
    }

    /**
     * A call, with the name under which its memory is counted and the place of its answer.
     *
     * @param above the path of the application and its servlet, in front of those of the engine
     */
    record Exchange(
            String payer,
            boolean isSafe,
            HttpServletResponse response,
            AsyncContext context,
            String above,
            AtomicBoolean isStreamEnded,
            AtomicReference<StreamPlaces.@Nullable Place> place) {
        Exchange(String payer, boolean isSafe, HttpServletResponse response, AsyncContext context) {
            this(payer, isSafe, response, context, "", new AtomicBoolean(), new AtomicReference<>());
        }

        /** Takes a place for its stream. Returns false if there is none. */
        private boolean takesPlace(StreamPlaces places) {
            place.compareAndSet(null, places.take(payer).orElse(null));
            return place.get() != null;
        }

        private void leavePlace() {
            StreamPlaces.Place own = place.get();
            if (own != null) {
                own.close();
            }
        }
    }

    @Override
    public void handleRequest(HttpServletRequest request, HttpServletResponse response) throws IOException {
        // Before the change, because this throws behind a filter without async support.
        AsyncContext context = request.startAsync();
        // The engine ends each wait itself.
        context.setTimeout(0);
        String path =
                ServletRequestPathUtils.parse(request).pathWithinApplication().value();
        String uri = request.getRequestURI();
        String above = uri.substring(0, uri.length() - path.length());
        Admission admission = door.admit(ServletCalls.head(request, path, ""));
        String payer = admission.payer().orElse(STRANGERS);
        ByteBudget.Share values = budgets.values().share(() -> payer);
        ByteBudget.Share bytes = budgets.bodies().share(() -> payer);
        String method = request.getMethod();
        boolean isSafe = method.equals("GET") || method.equals("HEAD");
        Exchange call =
                new Exchange(payer, isSafe, response, context, above, new AtomicBoolean(), new AtomicReference<>());
        CompletableFuture<Reply> reply;
        try {
            reply = admission.isStream() && !call.takesPlace(budgets.streams())
                    ? admission.submitWithoutPlace(budgets.streams().sentence())
                    : submit(admission, request, response, bytes, values::take);
        } catch (IOException | RuntimeException | Error broken) {
            // The server answers 500 and ends the async context.
            close(bytes, values);
            call.leavePlace();
            throw broken;
        }
        reply.whenComplete((answer, failure) -> {
            close(bytes, values);
            complete(call, method, answer, failure);
        });
    }

    private static void close(ByteBudget.Share bytes, ByteBudget.Share values) {
        bytes.close();
        values.close();
    }

    /** Reads the body of a call that its headers let in, and submits the call. A stranger's body is not read. */
    private CompletableFuture<Reply> submit(
            Admission admission,
            HttpServletRequest request,
            HttpServletResponse response,
            ByteBudget.Share bytes,
            LongPredicate values)
            throws IOException {
        if (admission.isRefused()) {
            return admission.submit(NO_BODY, values);
        }
        ByteBudget answers = budgets.answers();
        if (admission.payer().isPresent() && answers.isUsedUp(admission.payer()::orElseThrow)) {
            return admission.submitWithoutRoom(answers.sentence());
        }
        long announced = request.getContentLengthLong();
        if (announced > admission.bodyBytesMax()) {
            return admission.submitTooLarge();
        }
        WireBody body = new WireBody(admission, announced, bytes, nanos);
        try {
            return switch (body.read(ServletCalls.body(request, BODY_IS_GONE))) {
                case YES -> admission.submit(body.bytes(), values);
                case TOO_LARGE -> admission.submitTooLarge();
                case NO_ROOM -> admission.submitWithoutRoom(budgets.bodies().sentence());
            };
        } catch (SocketTimeoutException slow) {
            // The rest of the body may still come, and is no request.
            response.setHeader(HttpHeaders.CONNECTION, "close");
            return admission.submitWithoutRoom(WireBody.TOO_SLOW);
        }
    }

    /** Returns how many streams are open, for tests. */
    int openStreams() {
        return budgets.streams().open();
    }

    /** Writes the reply of a call, or the failure in its place. */
    void complete(Exchange call, String method, @Nullable Reply reply, @Nullable Throwable failure) {
        AsyncContext context = call.context();
        HttpServletResponse response = call.response();
        if (reply == null || reply.rest().isEmpty()) {
            call.leavePlace();
        }
        try {
            if (reply == null) {
                throw failure == null ? new IllegalStateException("Expected a reply, but got null") : failure;
            }
            write(call, method, reply);
        } catch (IOException gone) {
            // There is no reader for an answer.
            call.leavePlace();
            context.complete();
        } catch (Throwable broken) {
            call.leavePlace();
            Throwable cause = broken instanceof CompletionException ? broken.getCause() : broken;
            door.noteError(cause == null ? broken : cause);
            if (!response.isCommitted()) {
                response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
            }
            context.complete();
        }
    }

    private void write(Exchange call, String method, Reply reply) throws IOException {
        if (reply.rest().isEmpty()) {
            writeWhole(call, reply);
            return;
        }
        writeHead(call, reply);
        if (method.equals("HEAD")) {
            call.context().complete();
        } else {
            writePart(call, reply.firstPart());
        }
    }

    private static void writeHead(Exchange call, Reply reply) {
        call.response().setStatus(reply.status());
        reply.headers()
                .forEach((name, value) -> call.response()
                        .addHeader(name, name.equals(HttpHeaders.LOCATION) ? call.above() + value : value));
    }

    /** Writes a complete answer. A change is told in any case; an answer to GET needs room in the budget. */
    private void writeWhole(Exchange call, Reply reply) throws IOException {
        ByteBudget.Share share = budgets.answers().share(call::payer);
        try {
            Reply written = reply;
            int length = reply.body().length;
            if (length >= COUNTED_BYTES_MIN && !share.take(length)) {
                if (call.isSafe()) {
                    written = withoutRoom(reply);
                } else {
                    share.takeAnyway(length);
                }
            }
            writeHead(call, written);
            if (written.status() != NO_CONTENT && written.status() != NOT_MODIFIED) {
                call.response().setContentLength(written.body().length);
                call.response().getOutputStream().write(written.body());
                // Tomcat would keep what is left for the thread that completes.
                call.response().flushBuffer();
            }
        } finally {
            share.close();
        }
        call.context().complete();
    }

    /** Returns the refusal in the place of a reply that there is no room for, with the rate limit that it tells. */
    private Reply withoutRoom(Reply reply) {
        Reply refusal = refuser.refuse("capacity_exhausted", budgets.answers().sentence())
                .with(HttpHeaders.RETRY_AFTER, "1");
        for (String name : RATE_LIMIT_HEADERS) {
            String value = reply.header(name);
            refusal = value == null ? refusal : refusal.with(name, value);
        }
        return refusal;
    }

    /** Writes a part, and asks for the next one when it is written. A part without room ends the stream. */
    private void writePart(Exchange call, Reply.Part part) {
        ByteBudget.Share share = budgets.answers().share(call::payer);
        try {
            if (!share.take(part.bytes().length)) {
                endStream(call, null);
                return;
            }
            call.response().getOutputStream().write(part.bytes());
            call.response().flushBuffer();
        } catch (IOException gone) {
            endStream(call, null);
            return;
        } catch (RuntimeException | Error broken) {
            endStream(call, broken);
            return;
        } finally {
            share.close();
        }
        part.rest().ifPresentOrElse(rest -> ask(call, rest), () -> endStream(call, null));
    }

    private void ask(Exchange call, Reply.Rest rest) {
        try {
            rest.next().whenComplete((next, failure) -> {
                if (next == null) {
                    endStream(call, failure);
                } else {
                    writePart(call, next);
                }
            });
        } catch (RuntimeException | Error broken) {
            endStream(call, broken);
        }
    }

    /** Gives the place of the stream back and ends its call. Ending again only notes the failure. */
    private void endStream(Exchange call, @Nullable Throwable failure) {
        if (failure != null) {
            door.noteError(failure);
        }
        if (call.isStreamEnded().compareAndSet(false, true)) {
            call.leavePlace();
            call.context().complete();
        }
    }
}
