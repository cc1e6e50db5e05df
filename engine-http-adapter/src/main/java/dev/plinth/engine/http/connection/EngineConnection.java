package dev.plinth.engine.http.connection;

import static dev.plinth.engine.http.call.FramingLimits.DISCARDED_BYTES_AT_ONCE;
import static dev.plinth.engine.http.call.FramingLimits.DISCARDED_BYTES_MAX;
import static dev.plinth.engine.http.call.FramingLimits.HEADERS_MAX;
import static dev.plinth.engine.http.call.FramingLimits.HEADERS_OF_A_NODE;
import static dev.plinth.engine.http.call.FramingLimits.HEADER_BYTES_FREE;
import static dev.plinth.engine.http.call.FramingLimits.HEADER_LINE_BYTES_MAX;
import static dev.plinth.engine.http.call.FramingLimits.REQUEST_LINE_BYTES_MAX;

import dev.plinth.engine.http.call.ForwardAdmission;
import dev.plinth.engine.http.call.ForwardedHeaders;
import dev.plinth.engine.http.call.FramingException;
import dev.plinth.engine.http.filter.BrokenConnection;
import dev.plinth.engine.server.Admission;
import dev.plinth.engine.server.ByteBudget;
import java.io.IOException;
import java.net.InetAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.jspecify.annotations.Nullable;

/**
 * Jetty's HTTP/1.1 connection, which also refuses what Jetty's strictest setting still accepts.
 *
 * <p>Three tasks are only possible here:
 * <ul>
 * <li><b>Framing</b>. Jetty accepts {@code Transfer-Encoding: gzip, chunked}, a quoted {@code "chunked"} and chunks in
 * HTTP/1.0. A refusal from inside its parser ends the connection before the first body can be read as a second request
 * (RFC 9112 §§6.1, 11.2).
 * <li><b>The target</b>. Only here it is still as it was sent ({@link RequestTarget}).
 * <li><b>Lingering</b>. Closing a socket with unread bytes resets it, and the client never sees the refusal (RFC 9112
 * §9.6). So after a refusal this reads on within limits and discards the bytes.
 * </ul>
 *
 * <p>It extends a class of Jetty that is not public API. A check in the handler was rejected, because it comes too late
 * for the first and the third task.
 */
public final class EngineConnection extends HttpConnection implements RankedConnection {
    /** Set by Jetty's constructor, which calls {@link #newRequestHandler}. */
    @SuppressWarnings("NullAway.Init")
    private StrictRequest strictRequest;

    private final RefusalPace refusals = new RefusalPace();
    private final boolean isOfProxy;
    /** True once a call has had a valid credential. */
    private volatile boolean hadCredential;
    /** True once a call of another node has come. */
    private volatile boolean isOfNode;
    /** The client of the present call, if another node has forwarded it. */
    private volatile @Nullable Optional<InetAddress> forwardedClient;

    private final Optional<TlsConnection> tls;
    private volatile long settledBytes;
    private volatile long sliceSinceNanos;
    private volatile boolean writing;
    private long discardedBytes;
    /** Calls without a credential since the last bytes came. A thread hands it to the next one, as it does the parser. */
    private int callsOfStranger;

    EngineConnection(HttpConfiguration configuration, Connector connector, EndPoint endPoint) {
        super(configuration, connector, endPoint);
        this.isOfProxy = ((EngineConnector) connector).addresses().isProxy(endPoint);
        this.tls = endPoint instanceof SslConnection.SslEndPoint decrypted
                        && decrypted.getSslConnection() instanceof TlsConnection encrypted
                ? Optional.of(encrypted)
                : Optional.empty();
    }

    /** Returns the connection that decrypts for this one, if it has TLS. */
    public Optional<TlsConnection> tls() {
        return tls;
    }

    /**
     * Notes that another node has forwarded the present call. The connection is from now on that of a node.
     *
     * @param client the address of its client; empty if that node does not know it
     */
    public void forwardedFor(Optional<InetAddress> client) {
        forwardedClient = client;
        isOfNode = true;
        ((EngineConnector) getConnector()).addresses().noteNode(getEndPoint());
        ((EngineConnector) getConnector()).places().exempt(this);
    }

    /** Notes the admission of the present call. A caller with a credential keeps its connection for longer. */
    public void note(Admission admission) {
        // A node that hands a call on does not look at its credential.
        if (!hadCredential
                && !admission.isRefused()
                && !(admission instanceof ForwardAdmission)
                && !admission.isOfStranger()) {
            hadCredential = true;
        }
    }

    @Override
    public boolean hadCredential() {
        return hadCredential;
    }

    /** Returns the address of the client: the peer's, or the one that another node or a trusted proxy names. */
    public Optional<InetAddress> client(HttpFields headers) {
        Optional<InetAddress> forwarded = forwardedClient;
        return forwarded == null
                ? ((EngineConnector) getConnector()).addresses().client(getEndPoint(), headers)
                : forwarded;
    }

    /** Returns the target of the present request. */
    public RequestTarget target() {
        return Objects.requireNonNull(
                strictRequest.target, "Expected a target of a request that is handled, but got none");
    }

    /** Returns the path of the present request, or empty if its request line is refused. */
    Optional<String> path() {
        return Optional.ofNullable(strictRequest.target).map(RequestTarget::path);
    }

    @Override
    public Phase phase() {
        HttpParser parser = getParser();
        if (parser.isTerminated()) {
            return Phase.CLOSING;
        }
        if (tls.isPresent() && !tls.get().isHandshaken()) {
            return Phase.HANDSHAKE;
        }
        if (parser.isStart()) {
            return getBytesIn() == settledBytes ? Phase.IDLE : Phase.HEADERS;
        }
        if (parser.inHeaderState()) {
            return Phase.HEADERS;
        }
        return parser.inContentState() ? Phase.BODY : Phase.WORKING;
    }

    /**
     * Returns for how many milliseconds to hold back an answer. That is always 0 for a trusted proxy and for another node,
     * because their other clients share the connection.
     */
    public int millisToHold(int status) {
        return isOfProxy || isOfNode ? 0 : refusals.millisToHold(status);
    }

    /** Records that a slice of an answer is handed to the socket. */
    void beginSlice() {
        sliceSinceNanos = System.nanoTime();
        writing = true;
    }

    /** Records that the socket has taken the slice. */
    void endSlice() {
        writing = false;
    }

    /** Returns for how long the socket has been taking a slice of an answer, or 0 if there is none. */
    long nanosInSlice(long nowNanos) {
        return writing ? Math.max(0, nowNanos - sliceSinceNanos) : 0;
    }

    @Override
    public void onClose(Throwable cause) {
        strictRequest.closed = true;
        strictRequest.release();
        super.onClose(cause);
    }

    @Override
    protected RequestHandler newRequestHandler() {
        strictRequest = new StrictRequest();
        return strictRequest;
    }

    @Override
    protected HttpParser newHttpParser(HttpCompliance compliance) {
        HttpConfiguration configuration = getHttpConfiguration();
        HttpParser parser =
                new StrictParser(strictRequest, configuration.getRequestHeaderSize(), compliance, strictRequest::begin);
        parser.setHeaderCacheSize(configuration.getHeaderCacheSize());
        parser.setHeaderCacheCaseSensitive(configuration.isHeaderCacheCaseSensitive());
        return parser;
    }

    private StrictParser parser() {
        return (StrictParser) getParser();
    }

    @Override
    public void onFillable() {
        if (getParser().isTerminated()) {
            discard();
        } else if (hadCredential || isOfNode) {
            read();
        } else {
            // Thousands of strangers would otherwise be served before a new connection is opened.
            ((EngineConnector) getConnector()).takeTurnHereOrLater(this, this::read);
        }
    }

    private void read() {
        callsOfStranger = 0;
        super.onFillable();
    }

    /** Goes on with the bytes behind a call that was answered on another thread. */
    @Override
    public void run() {
        if (getParser().isTerminated()) {
            discard();
        } else {
            super.onFillable();
        }
    }

    private void discard() {
        discard(() -> getEndPoint().close());
    }

    /**
     * Returns true for a call without a credential that came right behind another one. It waits for a turn. So a client
     * that sends many calls at once is answered no faster than one that waits for each answer.
     */
    public boolean isFurtherOfStranger(Admission admission) {
        if (!admission.isOfStranger()) {
            return false;
        }
        callsOfStranger++;
        return callsOfStranger > 1;
    }

    /**
     * Discards the bytes that arrive after the last answer, for a connection whose parser has given up. It ends when
     * the client closes, when too much has arrived, or when {@link ConnectionSweep} closes the connection.
     *
     * @param then what to do at the end
     */
    public void discard(Runnable then) {
        ByteBuffer buffer = BufferUtil.allocate(getInputBufferSize());
        try {
            long turnEnds = discardedBytes + DISCARDED_BYTES_AT_ONCE;
            int filled = getEndPoint().fill(buffer);
            while (filled > 0 && discardedBytes < DISCARDED_BYTES_MAX) {
                discardedBytes += filled;
                BufferUtil.clear(buffer);
                if (discardedBytes >= turnEnds) {
                    ((EngineConnector) getConnector()).discardLater(() -> discard(then));
                    return;
                }
                filled = getEndPoint().fill(buffer);
            }
            if (filled == 0) {
                getEndPoint()
                        .fillInterested(
                                Callback.from(InvocationType.NON_BLOCKING, () -> discard(then), closed -> then.run()));
            } else {
                then.run();
            }
        } catch (IOException reset) {
            then.run();
        }
    }

    /** Breaks the connection instead of answering the present request. */
    public void breakOff(BrokenConnection how, Callback callback) {
        Callback end = Callback.from(() -> abort(callback, null), failure -> abort(callback, failure));
        try {
            if (how.isReset() && getEndPoint() instanceof SocketChannelEndPoint socket) {
                // A socket that is closed without lingering is reset.
                socket.getChannel().setOption(StandardSocketOptions.SO_LINGER, 0);
            }
            getEndPoint().write(end, ByteBuffer.wrap(how.bytes()));
        } catch (IOException gone) {
            end.failed(gone);
        }
    }

    private static void abort(Callback callback, @Nullable Throwable failure) {
        callback.failed(new Request.Handler.AbortException("The connection was to be broken", failure));
    }

    /**
     * Sees each request as it is parsed. Jetty makes it in its own constructor, so no field here may need the
     * connection's.
     */
    private final class StrictRequest extends RequestHandler {
        private @Nullable RequestTarget target;
        private HttpVersion version = HttpVersion.HTTP_1_1;
        private boolean chunked;
        private int headers;
        private int headersMax;
        private int headerBytes;
        private volatile ByteBudget.@Nullable Share counted;
        private volatile boolean closed;

        /** Forgets the target of the request before, because Jetty may refuse this one before it has a target. */
        void begin() {
            target = null;
            forwardedClient = null;
        }

        @Override
        public void startRequest(String method, String uri, HttpVersion requestVersion) {
            chunked = false;
            headers = 0;
            headersMax = HEADERS_MAX;
            headerBytes = 0;
            release();
            version = requestVersion;
            String fault = parser().fault();
            if (fault != null) {
                throw new FramingException(fault);
            }
            if (version != HttpVersion.HTTP_1_1 && version != HttpVersion.HTTP_1_0) {
                throw new FramingException("a version other than HTTP/1.1 and HTTP/1.0");
            }
            if (method.length() + uri.length() + "  HTTP/1.1\r\n".length() > REQUEST_LINE_BYTES_MAX) {
                throw new FramingException("a request line of more than " + REQUEST_LINE_BYTES_MAX + " bytes");
            }
            target = RequestTarget.parse(method, uri);
            // Jetty gets nothing to interpret.
            super.startRequest(method, "/", version);
        }

        @Override
        public void parsedHeader(HttpField field) {
            headers++;
            if (field.is(ForwardedHeaders.FORWARDED)) {
                headersMax = HEADERS_MAX + HEADERS_OF_A_NODE;
            }
            if (headers > headersMax) {
                throw new FramingException("more than " + HEADERS_MAX + " headers");
            }
            int bytes = field.getName().length() + lengthOf(field.getValue());
            if (bytes > HEADER_LINE_BYTES_MAX) {
                throw new FramingException("a header of more than " + HEADER_LINE_BYTES_MAX + " bytes");
            }
            count(bytes);
            if (field.getHeader() == HttpHeader.TRANSFER_ENCODING) {
                checkTransferEncoding(field.getValue());
            }
            if (field.getHeader() == HttpHeader.HOST && field.getValue() != null) {
                ((EngineConnector) getConnector()).hosts().check(field.getValue());
            }
            boolean ignored = field.getHeader() == HttpHeader.EXPECT && version == HttpVersion.HTTP_1_0;
            if (!ignored) {
                super.parsedHeader(field);
            }
        }

        /** Counts the bytes of long headers with those of other connections, until the request is complete. */
        private void count(int bytes) {
            headerBytes += bytes;
            if (headerBytes <= HEADER_BYTES_FREE) {
                return;
            }
            ByteBudget.Share share = counted;
            if (share == null) {
                share = ((EngineConnector) getConnector()).headersShare();
                counted = share;
            }
            boolean fits = share.take(bytes);
            if (closed) {
                release(); // the connection was closed beside this, and its end has found no share or an earlier one
            }
            if (!fits) {
                throw FramingException.noRoom();
            }
        }

        private void release() {
            ByteBudget.Share share = counted;
            if (share != null) {
                share.close();
                counted = null;
            }
        }

        private static int lengthOf(@Nullable String value) {
            return value == null ? 0 : value.length();
        }

        private void checkTransferEncoding(@Nullable String value) {
            if (version == HttpVersion.HTTP_1_0) {
                throw new FramingException("Transfer-Encoding in HTTP/1.0");
            }
            if (chunked || !"chunked".equalsIgnoreCase(value)) {
                throw new FramingException("a Transfer-Encoding other than one \"chunked\"");
            }
            chunked = true;
        }

        @Override
        public boolean content(ByteBuffer buffer) {
            parser().chunkCame(buffer.remaining());
            return super.content(buffer);
        }

        @Override
        public boolean contentComplete() {
            parser().chunkCame(0);
            return super.contentComplete();
        }

        @Override
        public boolean messageComplete() {
            settledBytes = getBytesIn();
            release();
            return super.messageComplete();
        }
    }
}
