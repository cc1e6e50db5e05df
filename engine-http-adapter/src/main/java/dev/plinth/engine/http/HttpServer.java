package dev.plinth.engine.http;

import dev.plinth.engine.CallDoor;
import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;

/**
 * Serves an engine over HTTP/1.1, for hosts, tests and the standalone program alike.
 *
 * <p>The engine stays the caller's: closing the server leaves it open. Its threads keep the JVM alive until it is closed.
 * Thread-safe.
 */
public final class HttpServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(HttpServer.class.getName());
    private static final int PORT_MAX = 65_535;

    private final Server server;
    private final EngineConnector connector;
    private final ConnectionSweep sweep;
    private final Streams streams = new Streams();
    private final Calls calls;
    private final Deadlines deadlines;
    private final String host;

    private HttpServer(Function<Executor, Calls> engine, String host, int port, Deadlines deadlines) {
        this.host = host;
        this.deadlines = deadlines;
        WorkerPool threads = new WorkerPool();
        calls = engine.apply(threads);
        threads.onError(calls::noteError);
        server = new Server(threads);
        server.setStopTimeout(deadlines.drain().toMillis());
        server.setErrorHandler(new RefusalHandler(calls));
        server.setHandler(new CallHandler(calls, streams));
        connector = new EngineConnector(server, new EngineConnectionFactory(configuration()), calls);
        connector.setHost(host);
        connector.setPort(port);
        connector.setAcceptQueueSize(FramingLimits.ACCEPT_QUEUE_MAX);
        connector.setIdleTimeout(deadlines.idle().toMillis());
        connector.setShutdownIdleTimeout(deadlines.drain().toMillis());
        sweep = new ConnectionSweep(server.getScheduler(), deadlines, calls);
        connector.addEventListener(sweep);
        server.addConnector(connector);
        server.addBean(new NetworkConnectionLimit(FramingLimits.CONNECTIONS_MAX, server));
    }

    /**
     * Starts to serve.
     *
     * @param engine what answers; it must stay open while this serves
     * @param host the name or address of the interface to listen on
     * @param port 0–65535; 0 takes any free one
     * @throws IllegalArgumentException if the port is out of range, or the host is empty
     * @throws UncheckedIOException if that address cannot be listened on; the message is one sentence that says why
     */
    public static HttpServer start(Engine engine, String host, int port) {
        return start(threads -> new EngineCalls(engine, threads), host, port, Deadlines.STANDARD);
    }

    /**
     * Starts to serve with a filter in front of the engine's door, such as one that breaks connections to test clients.
     *
     * @param engine what knows routes and problems; it must stay open while this serves
     * @param host the name or address of the interface to listen on
     * @param port 0–65535; 0 takes any free one
     * @param filter takes each call, on a thread that must not block, and as a rule hands it on to the door; a future that ends with a
     *     {@link BrokenConnection} breaks the connection, and with any other exception is answered with 500
     * @throws IllegalArgumentException if the port is out of range, or the host is empty
     * @throws UncheckedIOException if that address cannot be listened on; the message is one sentence that says why
     */
    public static HttpServer start(
            Engine engine, String host, int port, BiFunction<Call, CallDoor, CompletableFuture<Reply>> filter) {
        return start(threads -> new EngineCalls(engine, threads, filter), host, port, Deadlines.STANDARD);
    }

    static HttpServer start(Calls calls, String host, int port, Deadlines deadlines) {
        return start(threads -> calls, host, port, deadlines);
    }

    static HttpServer start(Function<Executor, Calls> engine, String host, int port, Deadlines deadlines) {
        if (port < 0 || port > PORT_MAX) {
            throw new IllegalArgumentException("Expected a port of 0 to " + PORT_MAX + ", but got " + port + ".");
        }
        // Without one Jetty listens on all interfaces.
        if (Objects.requireNonNull(host, "Expected a host to listen on, but got null; 0.0.0.0 means all interfaces.")
                .isBlank()) {
            throw new IllegalArgumentException(
                    "Expected a host to listen on, but it is empty; 0.0.0.0 means all interfaces.");
        }
        HttpServer http = new HttpServer(engine, host, port, deadlines);
        http.open(port);
        return http;
    }

    private static HttpConfiguration configuration() {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setHttpCompliance(HttpCompliance.STRICT);
        // Jetty is only ever shown "/"; the target is the engine's to judge.
        configuration.setUriCompliance(UriCompliance.UNSAFE);
        configuration.setRequestHeaderSize(FramingLimits.HEADER_BYTES_MAX);
        // Jetty takes the beginning of a value from an earlier one on the connection, in whatever case that was. Behind
        // a
        // proxy, a credential SK_LIVE_ of one caller changed the keys of all others, which were unknown then.
        configuration.setHeaderCacheSize(0);
        configuration.setSendServerVersion(false);
        configuration.setSendDateHeader(true);
        return configuration;
    }

    private void open(int port) {
        try {
            connector.open();
            server.start();
            sweep.run();
        } catch (Exception failure) {
            stop();
            throw new UncheckedIOException(whyNotOpen(port, failure), asIoException(failure));
        }
    }

    private String whyNotOpen(int port, Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && !(cause instanceof BindException)) {
            cause = cause.getCause();
        }
        String what = "Cannot listen on " + host + ":" + port;
        String wrongHost = wrongHost();
        if (!wrongHost.isEmpty()) {
            return what + ": " + wrongHost;
        }
        return cause instanceof BindException
                ? what + " (" + cause.getMessage() + "): stop what uses the port, or choose another one."
                : what + " (" + cause + "): choose another address.";
    }

    /** What is wrong with the host, once listening has failed; empty if nothing is. */
    private String wrongHost() {
        try {
            InetAddress address = InetAddress.getByName(host);
            boolean here = address.isAnyLocalAddress()
                    || address.isLoopbackAddress()
                    || NetworkInterface.getByInetAddress(address) != null;
            return here
                    ? ""
                    : host + " is not an address of this machine; choose one that is, or 0.0.0.0 for all of them.";
        } catch (UnknownHostException e) {
            return host + " does not resolve to an address; choose another host.";
        } catch (SocketException e) {
            return "";
        }
    }

    private static IOException asIoException(Exception failure) {
        return failure instanceof IOException io ? io : new IOException(failure);
    }

    /** The port it listens on, also when any was asked for. */
    public int port() {
        return connector.getLocalPort();
    }

    /** Where it serves, such as {@code http://127.0.0.1:8080}, without a slash at the end. */
    public URI uri() {
        String literal = host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
        return URI.create("http://" + literal + ":" + port());
    }

    /**
     * Stops to accept. Long polls are answered as things stand, streams end, and each answer tells its client to close the connection; those that are
     * idle are closed after 300 ms. Requests in flight go on.
     */
    public void drain() {
        drain(deadlines.grace());
    }

    private void drain(Duration grace) {
        if (server.isRunning()) {
            connector.drain();
            calls.endWaits();
            streams.drain();
            sweep.drain(grace);
        }
    }

    /**
     * Drains, lets the requests in flight finish for at most 10 seconds, and closes every connection. The engine stays open: it is closed afterwards.
     * Closing again does nothing.
     */
    @Override
    public void close() {
        close(deadlines.grace());
    }

    /**
     * Closes as {@link #close()} does.
     *
     * @param grace how long a connection may be idle meanwhile, 0 or more; with 0 a request that is on its way is lost
     */
    public void close(Duration grace) {
        drain(grace);
        stop();
    }

    private void stop() {
        try {
            server.stop();
        } catch (TimeoutException late) {
            LOG.log(
                    Level.WARNING,
                    "Requests were still in flight when the time to finish them was over; they were cut.");
        } catch (Exception failure) {
            LOG.log(Level.WARNING, "The HTTP server did not stop cleanly", failure);
        }
    }
}
