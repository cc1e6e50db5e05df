package dev.plinth.engine.http.forward;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.http.call.FramingLimits;
import dev.plinth.engine.http.call.LeaderRequest;
import dev.plinth.engine.http.connection.Deadlines;
import dev.plinth.engine.http.tls.ServerCertificate;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Jetty's HTTP client, with kept connections to the node that leads. It changes nothing on the way: no redirects, cookies,
 * decoding or headers of its own. Thread-safe.
 */
public final class LeaderClient {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(1);
    /** Well below the time after which a server closes an idle connection, so that no call meets that end. */
    private static final Duration IDLE_MAX = Deadlines.STANDARD.idle().dividedBy(3);
    /** More than the longest wait of a call, and than the silence of a stream. */
    private static final Duration SILENCE_MAX = Duration.ofSeconds(75);

    private static final int DOORS_MAX = 2;
    /** As many as this node can have calls at once. */
    private static final int CONNECTIONS_MAX = DOORS_MAX * FramingLimits.CONNECTIONS_MAX;

    private static final int HEADER_BYTES_MAX = 2 * FramingLimits.HEADER_BYTES_MAX;
    private static final int SELECTORS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    private final HttpClient client;
    private final boolean isForTlsOnly;

    /** Learns of the end of a request, on a thread that must not block. Once, unless a body follows. */
    interface Listener {
        /** Takes the head of the answer, and its body. */
        void answered(Response head, Content.Source body);

        /**
         * Learns that no answer came.
         *
         * @param isSent false if certainly no byte of the request was sent
         */
        void failed(Throwable failure, boolean isSent);
    }

    /**
     * Makes a client.
     *
     * @param issuers a PEM file with the issuers of the certificates of nodes; empty for those of the JVM, and for nodes
     *     without TLS
     * @throws IllegalArgumentException if the file has no certificate
     */
    public LeaderClient(Optional<Path> issuers) {
        this(CONNECTIONS_MAX, issuers);
    }

    /** Makes a client with so many connections to a node at once, and as many calls that wait for one. */
    public LeaderClient(int connectionsMax, Optional<Path> issuers) {
        isForTlsOnly = issuers.isPresent();
        ClientConnector connector = new ClientConnector();
        issuers.ifPresent(file -> {
            SslContextFactory.Client trusting = new SslContextFactory.Client(); // it checks the name of the host too
            trusting.setTrustStore(ServerCertificate.issuers(file));
            connector.setSslContextFactory(trusting);
        });
        connector.setSelectors(SELECTORS);
        HttpClientTransportOverHTTP transport = new HttpClientTransportOverHTTP(connector);
        // Nothing here blocks, so that no other thread is needed to read.
        transport.setInvocationType(InvocationType.NON_BLOCKING);
        transport.setHeaderCacheSize(0); // it would change the case of values, as in EngineServer
        client = new HttpClient(transport);
        client.setName("plinth-forward");
        client.setConnectTimeout(CONNECT_MAX.toMillis());
        client.setIdleTimeout(IDLE_MAX.toMillis());
        client.setMaxConnectionsPerDestination(connectionsMax);
        client.setMaxRequestsQueuedPerDestination(connectionsMax);
        client.setMaxRequestHeadersSize(HEADER_BYTES_MAX);
        client.setMaxResponseHeadersSize(HEADER_BYTES_MAX);
        client.setFollowRedirects(false);
        client.setUserAgentField(null);
        client.setDefaultRequestContentType(null);
        client.setHttpCookieStore(new HttpCookieStore.Empty());
    }

    /** Starts and stops with a server, on its threads. */
    public void join(Server server) {
        client.setExecutor(server.getThreadPool());
        client.setScheduler(server.getScheduler());
        client.setByteBufferPool(server.getByteBufferPool());
        client.addEventListener(new LifeCycle.Listener() {
            @Override
            public void lifeCycleStarted(LifeCycle started) {
                client.getProtocolHandlers().clear();
                client.getContentDecoderFactories().clear();
            }
        });
        server.addBean(client);
    }

    /** Runs a step after some milliseconds, on a thread that must not block. Not once the server has stopped. */
    void later(Runnable step, long millis) {
        Scheduler.Task unused = client.getScheduler().schedule(step, millis, TimeUnit.MILLISECONDS);
    }

    /**
     * Sends a call to a node.
     *
     * @param body null if the call has none
     * @param headers adds all headers
     * @return the call as it is sent
     */
    Sending send(URI node, Call head, byte @Nullable [] body, Consumer<HttpFields.Mutable> headers, Listener listener) {
        Request request = new LeaderRequest(client, node, head.method(), head.path(), head.query())
                .idleTimeout(SILENCE_MAX.toMillis(), TimeUnit.MILLISECONDS)
                .headers(fields -> headers.accept(fields.clear()));
        if (body != null) {
            request.body(new Body(body));
        }
        Sending sending = new Sending(request);
        if (isForTlsOnly && !"https".equalsIgnoreCase(node.getScheme())) {
            listener.failed(new IOException("The leader is at " + node + ", and calls go over TLS only"), false);
            return sending;
        }
        request.onRequestBegin(begun -> sending.hasBegun = true);
        request.onResponseContentSource(listener::answered);
        request.send(result -> {
            if (result.isFailed()) {
                listener.failed(result.getFailure(), sending.hasBegun);
            }
        });
        return sending;
    }

    /** A body without a type of its own, because the call has named its type or has not. */
    private static final class Body extends BytesRequestContent {
        Body(byte[] bytes) {
            super(bytes);
        }

        @Override
        public @Nullable String getContentType() {
            return null;
        }
    }

    /** A call on its way to a node. Thread-safe. */
    static final class Sending {
        private final Request request;
        private volatile boolean hasBegun;

        private Sending(Request request) {
            this.request = request;
        }

        /** Returns false as long as it waits for a connection, so that no byte of it was sent. */
        boolean hasBegun() {
            return hasBegun;
        }

        /** Ends it. The listener learns of it, unless the answer has come. */
        void abort() {
            CompletableFuture<Boolean> unused =
                    request.abort(new IllegalStateException("Another node leads, or this one closes"));
        }
    }
}
