package dev.plinth.engine.http.exchange;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.http.call.CallService;
import dev.plinth.engine.http.call.FramingLimits;
import dev.plinth.engine.http.call.Refusals;
import dev.plinth.engine.http.call.RemoteCaller;
import dev.plinth.engine.http.connection.EngineConnection;
import dev.plinth.engine.http.connection.EngineConnector;
import dev.plinth.engine.http.connection.RequestTarget;
import dev.plinth.engine.http.filter.BrokenConnection;
import dev.plinth.engine.http.log.ThreadTrace;
import dev.plinth.engine.server.Admission;
import dev.plinth.engine.server.BodyBuffer;
import dev.plinth.engine.server.ByteBudget;
import dev.plinth.engine.server.StreamPlaces;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

/**
 * Handles one request: checks the headers, reads the body as it arrives, hands the call over and writes the reply. It
 * never blocks.
 *
 * <p>Jetty runs it again whenever more of the body is there. The body of a call that is refused by its headers is not
 * read. A body above the limit is not read to its end. Neither answer depends on the rest.
 */
final class Exchange implements Invocable.Task {
    private static final byte[] NO_BODY = {};
    private static final Admission ANSWERED = Admission.refused(Reply.of(200, Map.of(), NO_BODY));
    private static final HttpField VARIES = new PreEncodedHttpField(HttpHeader.VARY, "Accept-Encoding");

    private final CallService calls;
    private final Bounds bounds;
    private final EngineConnector connector;
    private final EngineConnection connection;
    private final RequestTarget target;
    private final Request request;
    private final Response response;
    private final Callback callback;

    private Admission admission;
    /** The body so far; null if none is kept. */
    private @Nullable BodyBuffer body;
    /** Accounts for the JSON values that the engine makes of the body; null until the engine has counted some. */
    private ByteBudget.@Nullable Share values;

    private boolean hasPlace;
    private boolean isReleased;
    private boolean isListening;
    private @Nullable String payer;
    private boolean asked;
    private boolean unread;
    private long discardedBytes;

    Exchange(Bounds bounds, Request request, Response response, Callback callback) {
        this.bounds = bounds;
        this.connector = (EngineConnector) request.getConnectionMetaData().getConnector();
        this.calls = connector.calls();
        this.connection = (EngineConnection) request.getConnectionMetaData().getConnection();
        this.target = connection.target();
        this.request = request;
        this.response = response;
        this.callback = callback;
        Call head = Call.of(request.getMethod(), target.path(), target.query(), CallHeaders.of(request.getHeaders()))
                .withScheme(request.getConnectionMetaData().isSecure() ? "https" : "http");
        this.admission = connector
                .cors()
                .preflight(head)
                .map(reply -> Admission.refused(calls.numbered(reply)))
                .orElseGet(() -> calls.admit(head, new Caller()));
        connection.note(admission);
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    /** Answers a call that needs no body, and reads the body of any other call. */
    void begin() {
        if (connection.isFurtherOfStranger(admission)) {
            Runnable step = () -> ThreadTrace.during(request.getHeaders().get(TraceParent.HEADER), this::beginInTurn);
            connector.takeTurn(connection, () -> endIfBroken(step));
        } else {
            beginInTurn();
        }
    }

    private void beginInTurn() {
        if (admission.isRefused()) {
            unread = hasBody() && !hasCome();
            submit(admission.submit(NO_BODY, this::takeForValues));
        } else if (bounds.answers().isUsedUp(this::payer) && admission.payer().isPresent()) {
            unread = hasBody() && !hasCome();
            submit(admission.submitWithoutRoom(bounds.answers().sentence()));
        } else if (admission.isStream() && !takesPlace()) {
            unread = hasBody() && !hasCome();
            submit(admission.submitWithoutPlace(bounds.streams().places().sentence()));
        } else if (request.getLength() > admission.bodyBytesMax()) {
            unread = true;
            submit(admission.submitTooLarge());
        } else {
            if (hasBody() && admission.takesBody()) {
                body = new BodyBuffer(
                        admission.bodyBytesMax(),
                        request.getLength(),
                        bounds.bodies().share(this::payer));
            }
            endIfBroken(this::read);
        }
    }

    /** Takes a place for the stream that the call opens, until the call is over. Returns false if there is none. */
    private boolean takesPlace() {
        Optional<StreamPlaces.Place> place = bounds.streams().places().take(payer());
        place.ifPresent(own -> Request.addCompletionListener(request, failure -> own.close()));
        hasPlace = place.isPresent();
        return hasPlace;
    }

    private boolean hasBody() {
        return request.getLength() > 0 || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
    }

    /**
     * Discards the present part of a body that does not matter. Returns true if that was all of it, so that the
     * connection can go on.
     */
    private boolean hasCome() {
        long thrown = 0;
        while (!request.getHeaders().contains(HttpHeader.EXPECT) && thrown <= FramingLimits.UNREAD_BYTES_KEPT_MAX) {
            Content.Chunk chunk = request.read();
            if (chunk == null || Content.Chunk.isFailure(chunk)) {
                return false;
            }
            thrown += chunk.remaining();
            boolean last = chunk.isLast();
            chunk.release();
            if (last) {
                return true;
            }
        }
        return false;
    }

    /** Goes on with the body, on a thread of Jetty that drops errors. */
    @Override
    public void run() {
        endIfBroken(() -> ThreadTrace.during(request.getHeaders().get(TraceParent.HEADER), this::read));
    }

    private void read() {
        while (true) {
            asked = true;
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                listen();
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                refuse(chunk.getFailure());
                return;
            }
            BodyBuffer.Taken taken = take(chunk.getByteBuffer());
            boolean last = chunk.isLast();
            chunk.release();
            if (taken != BodyBuffer.Taken.YES) {
                unread = true;
                release();
                submit(
                        taken == BodyBuffer.Taken.TOO_LARGE
                                ? admission.submitTooLarge()
                                : admission.submitWithoutRoom(bounds.bodies().sentence()));
                return;
            }
            if (last) {
                submit(admission.submit(body == null ? NO_BODY : body.toBytes(), this::takeForValues));
                return;
            }
        }
    }

    /** Frees what is kept also if the client goes away while the rest of the body is awaited. */
    private void listen() {
        if (!isListening) {
            isListening = true;
            Request.addCompletionListener(request, failure -> release());
        }
    }

    /** Takes bytes of the body. A body that its route does not take is read to its end, and costs no memory. */
    private BodyBuffer.Taken take(ByteBuffer bytes) {
        BodyBuffer kept = body;
        if (kept != null) {
            return kept.append(bytes);
        }
        discardedBytes += bytes.remaining();
        return discardedBytes > admission.bodyBytesMax() ? BodyBuffer.Taken.TOO_LARGE : BodyBuffer.Taken.YES;
    }

    private void submit(CompletableFuture<Reply> reply) {
        reply.whenComplete(this::answer);
    }

    /**
     * Returns the name under which memory is counted. Callers without a credential count together, on each port apart,
     * so that those of one port cannot use up the answers of the other.
     */
    private String payer() {
        String known = payer;
        if (known == null) {
            known = admission.payer().orElse(connector.getName());
            payer = known;
        }
        return known;
    }

    private void answer(@Nullable Reply reply, @Nullable Throwable failure) {
        release();
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
        // A future swallows what its callbacks throw, and the client would wait for ever.
        endIfBroken(() -> writeOrHold(reply));
    }

    private void writeOrHold(Reply reply) {
        releaseAdmission(reply);
        int held = connection.millisToHold(reply.status());
        if (held > 0) {
            connector.later(() -> endIfBroken(() -> write(reply)), TimeUnit.MILLISECONDS.toNanos(held));
        } else {
            write(reply);
        }
    }

    /** Runs a step whose caller would hide its error. The error is recorded and ends the request. */
    private void endIfBroken(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error broken) {
            calls.noteError(broken);
            release();
            callback.failed(broken);
        }
    }

    /** The sender of this request. */
    private final class Caller implements RemoteCaller {
        @Override
        public HttpFields headers() {
            return request.getHeaders();
        }

        @Override
        public boolean hasBody() {
            return request.getHeaders().contains(HttpHeader.CONTENT_LENGTH)
                    || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
        }

        @Override
        public Optional<InetAddress> address() {
            return connection.client(request.getHeaders());
        }

        @Override
        public void isForwarded(Optional<InetAddress> client) {
            connection.forwardedFor(client);
        }
    }

    /**
     * Frees the body and the values that the engine made of it, because a client may take its time to read the answer.
     * Nothing is taken afterwards.
     */
    private synchronized void release() {
        isReleased = true;
        if (body != null) {
            body.release();
        }
        if (values != null) {
            values.close();
        }
    }

    /** Takes bytes for values of the body. Few bodies have so many that they count. */
    private synchronized boolean takeForValues(long bytes) {
        if (values == null && !isReleased) {
            values = bounds.values().share(this::payer);
        }
        return values != null && values.take(bytes);
    }

    /** Drops the admission with its call likewise. The payer of an answer that is counted is noted before. */
    private void releaseAdmission(Reply reply) {
        if (reply.rest().isPresent() || isCounted(reply)) {
            String unused = payer();
        }
        admission = ANSWERED;
    }

    /** Returns true if an answer, or the making of its gzip form, takes bytes of the budget. */
    private static boolean isCounted(Reply reply) {
        return reply.body().length >= Math.min(FramingLimits.ANSWER_BYTES_COUNTED_MIN, Gzip.BYTES_MIN);
    }

    private void write(Reply reply) {
        Optional<RelayedReply> relayed = RelayedReply.in(reply);
        if (relayed.isPresent()) {
            // The leader has counted, compressed and limited it.
            relayed.get().write(connector.isDraining(), connection, response, callback);
            return;
        }
        if (reply.status() == HttpStatus.UNAUTHORIZED_401
                && request.getHeaders().contains(HttpHeader.AUTHORIZATION)) {
            long seconds = connector.addresses().noteFailure(connection.client(request.getHeaders()));
            if (seconds > 0) {
                writeAll(
                        Refusals.tooManyFailures(calls, connector.addresses().failuresPerMinute(), seconds),
                        null,
                        true);
                return;
            }
        }
        if (reply.rest().isEmpty()) {
            writeWhole(reply);
            return;
        }
        boolean isHead = HttpMethod.HEAD.is(request.getMethod());
        // A filter in front of the engine's door does not tell which calls open streams.
        if (!isHead && !hasPlace && !takesPlace()) {
            writeWhole(Refusals.tooManyStreams(calls, bounds.streams().places().sentence()));
            return;
        }
        // A client that is told so opens a new connection instead of sending into one that is about to be closed.
        ReplyWriter.writeHead(reply, null, connector.isDraining(), response);
        if (isHead) {
            ReplyWriter.writeNoBody(response, callback);
        } else {
            bounds.streams()
                    .write(
                            reply,
                            payer(),
                            new Streams.Sink(
                                    calls, connection, request.getComponents().getExecutor(), response, callback));
        }
    }

    /**
     * Writes the answer to a GET or HEAD in its gzip form, if the client accepts it. An answer to any other method may
     * hold a secret beside text of its caller, so it is never compressed.
     */
    private void writeWhole(Reply reply) {
        boolean isDraining = connector.isDraining();
        if (!isSafe()) {
            writeAll(reply, null, isDraining);
            return;
        }
        HttpField varies = reply.header("Vary") == null ? VARIES : null;
        if (!Gzip.isWorthIt(reply)
                || !Gzip.isAccepted(String.join(",", request.getHeaders().getValuesList(HttpHeader.ACCEPT_ENCODING)))) {
            writeAll(reply, varies, isDraining);
            return;
        }
        ByteBudget.Share share = bounds.answers().share(this::payer);
        if (!share.take(2L * reply.body().length)) {
            writeAll(reply, varies, isDraining);
            return;
        }
        Reply varied = varies == null ? reply : reply.with(varies.getName(), varies.getValue());
        Runnable compress = () -> endIfBroken(() -> {
            Reply compressed;
            try {
                compressed = Gzip.compress(varied).orElse(varied);
            } finally {
                share.close();
            }
            writeAll(compressed, null, isDraining);
        });
        if (varied.body().length <= FramingLimits.SLICE_BYTES_MAX) {
            compress.run();
        } else {
            // A large answer would hold up the other connections of this thread.
            request.getComponents().getExecutor().execute(compress);
        }
    }

    /**
     * Writes a reply with a complete body, and then discards the part of the request that did not matter.
     *
     * @param last one more header behind those of the reply, or null
     */
    private void writeAll(Reply reply, @Nullable HttpField last, boolean thenClose) {
        Callback end = unread ? Callback.from(this::endUnread, callback::failed) : callback;
        Reply written = reply;
        HttpField more = last;
        int length = reply.body().length;
        if (length >= FramingLimits.ANSWER_BYTES_COUNTED_MIN) {
            ByteBudget.Share share = bounds.answers().share(this::payer);
            end = Callback.from(share::close, end);
            if (!share.take(length)) {
                if (isSafe()) {
                    written = Refusals.noRoom(calls, bounds.answers().sentence(), reply);
                    more = null;
                } else {
                    share.takeAnyway(length);
                }
            }
        }
        try {
            ReplyWriter.write(written, more, thenClose || unread && !isSmall(), response, end);
        } catch (RuntimeException | Error broken) {
            calls.noteError(broken);
            end.failed(broken); // which gives back what the answer counted for
        }
    }

    /** Ends a request whose body was not read. */
    private void endUnread() {
        if (waitsForContinue()) {
            callback.succeeded();
        } else {
            discard();
        }
    }

    private boolean isSafe() {
        return HttpMethod.GET.is(request.getMethod()) || HttpMethod.HEAD.is(request.getMethod());
    }

    /** Returns true if the rest of the body is so short that discarding it costs less than a new connection. */
    private boolean isSmall() {
        return !waitsForContinue()
                && request.getLength() > 0
                && request.getLength() <= FramingLimits.UNREAD_BYTES_KEPT_MAX;
    }

    /** Returns true if the client holds its body back until it is told to go on, which it never is. */
    private boolean waitsForContinue() {
        return !asked && request.getHeaders().contains(HttpHeader.EXPECT);
    }

    /** Reads the rest of a refused body, so that closing does not destroy the answer on its way (RFC 9112 §9.6). */
    private void discard() {
        long turnEnds = discardedBytes + FramingLimits.DISCARDED_BYTES_AT_ONCE;
        while (true) {
            if (discardedBytes >= turnEnds) {
                connector.discardLater(() -> endIfBroken(this::discard));
                return;
            }
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(Invocable.from(InvocationType.NON_BLOCKING, () -> endIfBroken(this::discard)));
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
        release();
        if (failure instanceof HttpException badlyFramed) {
            Runnable then = () -> callback.failed(failure);
            ReplyWriter.write(
                    Refusals.malformed(calls, badlyFramed),
                    true,
                    response,
                    Callback.from(() -> connection.discard(then), callback::failed));
        } else {
            // The deadline has passed or the client is gone, so there is no reader for an answer and no need for a log
            // line.
            callback.failed(new Request.Handler.AbortException("The body did not arrive", failure));
        }
    }
}
