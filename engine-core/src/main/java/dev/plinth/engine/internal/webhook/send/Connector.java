package dev.plinth.engine.internal.webhook.send;

import dev.plinth.engine.internal.base.EngineThread;
import dev.plinth.engine.internal.base.Log;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.config.CharCodingConfig;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.nio.ClientHttp1IOEventHandlerFactory;
import org.apache.hc.core5.http.impl.nio.ClientHttp1StreamDuplexerFactory;
import org.apache.hc.core5.http.impl.nio.DefaultHttpResponseParserFactory;
import org.apache.hc.core5.http.nio.ssl.BasicClientTlsStrategy;
import org.apache.hc.core5.http.nio.ssl.TlsStrategy;
import org.apache.hc.core5.http.protocol.HttpProcessorBuilder;
import org.apache.hc.core5.http.protocol.RequestConnControl;
import org.apache.hc.core5.http.protocol.RequestContent;
import org.apache.hc.core5.http.protocol.RequestUserAgent;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.DefaultConnectingIOReactor;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.reactor.IOReactorStatus;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.ProtocolIOSession;
import org.apache.hc.core5.reactor.ssl.SSLBufferMode;
import org.apache.hc.core5.reactor.ssl.TransportSecurityLayer;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Opens connections; a few threads serve any number of them. It checks an address at the moment of the connect, so the
 * filter holds however the address was found. It uses no proxy.
 *
 * <p>It uses the bare HTTP/1.1 of Apache HttpCore, which knows no redirects, retries, cookies, authentication,
 * decompression or proxies. So no feature has to be switched off that would follow a receiver's instructions.
 * Thread-safe.
 */
final class Connector implements AutoCloseable {
    private static final System.Logger LOG = Log.of(Connector.class);
    private static final int SELECT_MILLIS = 100;
    private static final int THREADS_MAX = 4;

    private final AddressFilter filter;
    private final Timeout connectLimit;
    private final DefaultConnectingIOReactor reactor;
    private final TlsStrategy tls;

    /** Makes a connector whose threads run until it is closed. */
    Connector(AddressFilter filter, SendLimits limits, SSLContext tls, String userAgent) {
        this.filter = filter;
        this.connectLimit = Timeout.ofMilliseconds(limits.connectMillis());
        this.tls = new BasicClientTlsStrategy(
                tls,
                SSLBufferMode.DYNAMIC, // a connection that waits for a slow receiver keeps no buffers
                (endpoint, engine) -> {
                    SSLParameters parameters = engine.getSSLParameters();
                    parameters.setEndpointIdentificationAlgorithm(
                            "HTTPS"); // the certificate must be the host's (RFC 2818)
                    engine.setSSLParameters(parameters);
                },
                null);
        Http1Config http = Http1Config.custom()
                .setBufferSize(SendLimits.BUFFER_BYTES)
                .setMaxLineLength(SendLimits.RESPONSE_LINE_CHARACTERS)
                .setMaxHeaderCount(SendLimits.RESPONSE_HEADERS)
                .build();
        DefaultHttpResponseParserFactory heads = new DefaultHttpResponseParserFactory(http);
        this.reactor = new DefaultConnectingIOReactor(
                new ClientHttp1IOEventHandlerFactory(
                        new ClientHttp1StreamDuplexerFactory(
                                HttpProcessorBuilder.create()
                                        .addAll(
                                                RequestContent.INSTANCE,
                                                RequestConnControl.INSTANCE,
                                                new RequestUserAgent(userAgent))
                                        .build(),
                                http,
                                CharCodingConfig.DEFAULT,
                                null,
                                () -> new BoundedHeadParser(heads.create()),
                                null,
                                null),
                        null,
                        null),
                IOReactorConfig.custom()
                        .setIoThreadCount(
                                Math.min(THREADS_MAX, Runtime.getRuntime().availableProcessors()))
                        .setSelectInterval(TimeValue.ofMilliseconds(SELECT_MILLIS))
                        // Each attempt has a deadline of its own. This one only ends connections that were forgotten.
                        .setSoTimeout(Timeout.ofMilliseconds(2L * limits.totalMillis()))
                        .setTcpNoDelay(true)
                        .build(),
                work -> new EngineThread(work, "plinth-webhook-io"),
                null,
                trouble -> LOG.log(System.Logger.Level.DEBUG, "A connection ended with an error", trouble),
                null,
                null);
        reactor.start();
    }

    /** Receives the result of a connect, on one of the connector's threads. It must not block. */
    interface Answer {
        /** Tells that the address is reached, before a handshake. Called once, and first unless the connect fails. */
        void reached(IOSession connection);

        /** Tells that the connection is open and a first request may be sent. */
        void connected(IOSession connection);

        /**
         * Tells that the connection could not be opened.
         *
         * @param inHandshake true if the address was reached and only TLS has failed
         */
        void failed(Exception trouble, boolean inHandshake);
    }

    /** Connects to an address of a host. Cancelling the future closes the connection. */
    Future<IOSession> dial(WebhookTarget target, InetAddress address, Answer answer) throws IOException {
        if (!filter.allows(address)) {
            throw new ForbiddenAddressException(target.host() + " at " + address.getHostAddress());
        }
        return reactor.connect(
                target.endpoint(),
                new InetSocketAddress(address, target.port()),
                null,
                connectLimit,
                null,
                new Callback<>() {
                    @Override
                    public void completed(IOSession connection) {
                        check(target, address, connection, answer);
                    }

                    @Override
                    public void failed(Exception trouble) {
                        answer.failed(trouble, false);
                    }
                });
    }

    /** Returns false once its threads have ended. An error in one of them ends all. */
    boolean isAlive() {
        return reactor.getStatus() == IOReactorStatus.ACTIVE;
    }

    @Override
    public void close() {
        reactor.close(CloseMode.IMMEDIATE);
    }

    private void check(WebhookTarget target, InetAddress dialled, IOSession connection, Answer answer) {
        if (!(connection.getRemoteAddress() instanceof InetSocketAddress reached)
                || !dialled.equals(reached.getAddress())) {
            connection.close(CloseMode.IMMEDIATE);
            answer.failed(
                    new ForbiddenAddressException(connection.getRemoteAddress() + " where " + dialled + " was dialled"),
                    false);
            return;
        }
        answer.reached(connection);
        if (!target.isTls()) {
            answer.connected(connection);
        } else {
            tls.upgrade((ProtocolIOSession) connection, target.endpoint(), null, connectLimit, new Callback<>() {
                @Override
                public void completed(TransportSecurityLayer secured) {
                    answer.connected(connection);
                }

                @Override
                public void failed(Exception trouble) {
                    connection.close(CloseMode.IMMEDIATE);
                    answer.failed(trouble, true);
                }
            });
        }
    }

    /** A callback that treats a cancelled connect as a failed one. */
    private abstract static class Callback<T> implements FutureCallback<T> {
        @Override
        public void cancelled() {
            failed(new IOException("The connection was given up."));
        }
    }
}
