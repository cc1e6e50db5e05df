package dev.plinth.engine.http;

import dev.plinth.engine.Engine;
import dev.plinth.engine.http.call.CallService;
import dev.plinth.engine.http.call.CallServices;
import dev.plinth.engine.http.call.Cors;
import dev.plinth.engine.http.call.FramingLimits;
import dev.plinth.engine.http.connection.AccessRecorder;
import dev.plinth.engine.http.connection.AddressTurns;
import dev.plinth.engine.http.connection.Addresses;
import dev.plinth.engine.http.connection.ConnectionBounds;
import dev.plinth.engine.http.connection.ConnectionPlaces;
import dev.plinth.engine.http.connection.ConnectionSweep;
import dev.plinth.engine.http.connection.Deadlines;
import dev.plinth.engine.http.connection.DescriptorRoom;
import dev.plinth.engine.http.connection.EngineConnectionFactory;
import dev.plinth.engine.http.connection.EngineConnector;
import dev.plinth.engine.http.connection.Slf4jStart;
import dev.plinth.engine.http.connection.Tls;
import dev.plinth.engine.http.connection.WorkerPool;
import dev.plinth.engine.http.exchange.Bounds;
import dev.plinth.engine.http.exchange.ExchangeHandler;
import dev.plinth.engine.http.exchange.RefusalHandler;
import dev.plinth.engine.http.tls.ServerCertificate;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Serves an engine over HTTP/1.1, for hosts, tests and the standalone program alike.
 *
 * <p>The engine stays the caller's: closing the server leaves it open. Its threads keep the JVM alive until it is closed.
 * Thread-safe.
 */
public final class EngineServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EngineServer.class.getName());

    /** Steps of strangers that run at once, so that calls with a credential keep half of the processors. */
    private static final int STRANGERS_AT_ONCE =
            Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    /** How long before the end of the drain the calls that others have not answered are given an answer. */
    private static final long LAST_ANSWERS_MILLIS = 500;

    /** The part of the connections that an operator's port has, if descriptors are scarce. */
    private static final int ADMIN_PART = 8;

    static {
        Slf4jStart.withoutComplaint(); // before the first class of Jetty, since SLF4J speaks once
    }

    private final Server server;
    private final List<Place> places = new ArrayList<>();
    private final ConnectionSweep sweep;
    private final Bounds bounds;
    private final ConnectionBounds connections;
    private final Deadlines deadlines;
    private final Optional<Tls> tls;
    private final Cors cors;

    /** An address to listen on, as it was requested, with its door. */
    private record Place(String scheme, String host, int port, EngineConnector connector) {}

    private EngineServer(CallServices calls, EngineServerBuilder.Settings settings) {
        deadlines = settings.deadlines();
        tls = settings.tls().map(Tls::new);
        cors = settings.cors();
        WorkerPool threads = new WorkerPool();
        bounds = Bounds.of(settings.budgets());
        connections = ConnectionBounds.of(
                settings.heapBytes(),
                new Addresses(settings.addresses()),
                new AddressTurns(threads, STRANGERS_AT_ONCE));
        server = new Server(threads);
        server.setStopTimeout(deadlines.drain().toMillis());
        server.setHandler(new ExchangeHandler(bounds));
        settings.leaderClient().ifPresent(client -> client.join(server));
        settings.accessLog().ifPresent(log -> server.setRequestLog(new AccessRecorder(log)));
        CallService main = calls.open(threads, settings.main().audiences());
        threads.onError(main::noteError);
        sweep = new ConnectionSweep(server.getScheduler(), deadlines, main);
        server.setErrorHandler(new RefusalHandler(main));
        int room = DescriptorRoom.connectionsMax();
        int ofAdmin = settings.admin().isEmpty() ? 0 : Math.min(FramingLimits.CONNECTIONS_MAX, room / ADMIN_PART);
        int ofMain = Math.min(FramingLimits.CONNECTIONS_MAX, room - ofAdmin);
        place("main", settings.main(), main, settings.heapBytes(), ofMain);
        settings.admin().ifPresent(listening -> {
            CallService admin = calls.open(threads, listening.audiences());
            place("admin", listening, admin, settings.heapBytes(), ofAdmin);
        });
    }

    private void place(
            String name,
            EngineServerBuilder.Listening listening,
            CallService calls,
            long heapBytes,
            int connectionsMax) {
        ConnectionFactory plain = new EngineConnectionFactory(configuration());
        Optional<Tls> encryption = tls.filter(any -> listening.hasTls());
        EngineConnector connector = new EngineConnector(
                server,
                calls,
                connections,
                cors,
                listening.hosts(),
                // Each connector has its own limits, so that tenants that fill theirs leave the operator's open.
                encryption.isPresent()
                        ? ConnectionPlaces.encrypted(connectionsMax, heapBytes, connections.addresses())
                        : ConnectionPlaces.plain(connectionsMax, connections.addresses()),
                encryption
                        .map(any -> new ConnectionFactory[] {any.connections(connections.turns()), plain})
                        .orElseGet(() -> new ConnectionFactory[] {plain}));
        connector.setName(name);
        connector.setHost(listening.host());
        connector.setPort(listening.port());
        connector.setAcceptQueueSize(FramingLimits.ACCEPT_QUEUE_MAX);
        connector.setIdleTimeout(deadlines.idle().toMillis());
        connector.setShutdownIdleTimeout(deadlines.drain().toMillis());
        connector.addEventListener(sweep);
        server.addConnector(connector);
        server.addBean(
                new NetworkConnectionLimit(connectionsMax + connectionsMax / FramingLimits.SOCKETS_PART, connector));
        places.add(new Place(encryption.isPresent() ? "https" : "http", listening.host(), listening.port(), connector));
    }

    /** Returns a builder with the default settings. The engine must stay open while the server runs. */
    public static EngineServerBuilder builder(Engine engine) {
        return new EngineServerBuilder(engine);
    }

    /**
     * Starts a server with the default settings of {@link EngineServerBuilder}.
     *
     * @param engine the engine to serve; it must stay open while the server runs
     * @param host the name or address of the interface to listen on
     * @param port 0–65535; 0 takes any free one
     * @throws IllegalArgumentException if the port is out of range, or the host is empty
     * @throws UncheckedIOException if the server cannot listen on that address; the message is one sentence that says
     *     why
     */
    public static EngineServer start(Engine engine, String host, int port) {
        return builder(engine).host(host).port(port).start();
    }

    /** Starts a server with call services of any kind and other deadlines. */
    static EngineServer start(CallServices calls, String host, int port, Deadlines deadlines) {
        return new EngineServerBuilder(calls)
                .host(host)
                .port(port)
                .start(deadlines, Runtime.getRuntime().maxMemory());
    }

    static EngineServer start(CallServices calls, EngineServerBuilder.Settings settings) {
        EngineServer http = new EngineServer(calls, settings);
        http.open();
        return http;
    }

    private static HttpConfiguration configuration() {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setHttpCompliance(HttpCompliance.STRICT);
        // Jetty only ever sees "/". The engine judges the target.
        configuration.setUriCompliance(UriCompliance.UNSAFE);
        configuration.setRequestHeaderSize(FramingLimits.HEADER_BYTES_MAX);
        // Without the cache, because Jetty takes the beginning of a value from an earlier one on the connection, in
        // that one's letter case. Behind a proxy, a credential SK_LIVE_ of one caller changed the keys of all others,
        // which were unknown then.
        configuration.setHeaderCacheSize(0);
        configuration.setSendServerVersion(false);
        configuration.setSendDateHeader(true);
        return configuration;
    }

    private void open() {
        for (Place place : places) {
            try {
                place.connector.open();
            } catch (IOException | RuntimeException failure) {
                abandon();
                throw new UncheckedIOException(whyNotOpen(place, failure), asIoException(failure));
            }
        }
        try {
            server.start();
            sweep.run();
        } catch (Exception failure) {
            abandon();
            throw new UncheckedIOException(whyNotOpen(places.get(0), failure), asIoException(failure));
        }
    }

    /** Closes all that a failed start has opened. Jetty closes only those of its parts that it has started. */
    private void abandon() {
        places.forEach(place -> place.connector.close());
        stop();
    }

    private static String whyNotOpen(Place place, Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && !(cause instanceof BindException)) {
            cause = cause.getCause();
        }
        String what = "Cannot listen on " + place.host + ":" + place.port;
        String wrongHost = wrongHost(place.host);
        if (!wrongHost.isEmpty()) {
            return what + ": " + wrongHost;
        }
        return cause instanceof BindException
                ? what + " (" + cause.getMessage() + "). Stop what uses the port, or choose another one."
                : what + " (" + cause + "). Choose another address.";
    }

    /** Returns what is wrong with the host after listening has failed; empty if nothing is. */
    private static String wrongHost(String host) {
        try {
            InetAddress address = InetAddress.getByName(host);
            boolean here = address.isAnyLocalAddress()
                    || address.isLoopbackAddress()
                    || NetworkInterface.getByInetAddress(address) != null;
            return here
                    ? ""
                    : host + " is not an address of this machine. Choose one that is, or 0.0.0.0 for all of them.";
        } catch (UnknownHostException e) {
            return host + " does not resolve to an address. Choose another host.";
        } catch (SocketException e) {
            return "";
        }
    }

    private static IOException asIoException(Exception failure) {
        return failure instanceof IOException io ? io : new IOException(failure);
    }

    /** Returns the port on which it listens, also if any free one was requested. */
    public int port() {
        return places.get(0).connector.getLocalPort();
    }

    /** Returns the address of the server, such as {@code http://127.0.0.1:8080}, without a slash at the end. */
    public URI uri() {
        return uri(places.get(0));
    }

    /** Returns the operator's address, equal to {@link #uri()} unless the operator has a port of its own. */
    public URI adminUri() {
        return uri(places.get(places.size() - 1));
    }

    private static URI uri(Place place) {
        String host = place.host;
        String literal = host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
        return URI.create(place.scheme + "://" + literal + ":" + place.connector.getLocalPort());
    }

    /**
     * Reads the certificate and the key of {@link EngineServerBuilder#tls} again. Connections that begin from now on get
     * them. Open connections keep what they have.
     *
     * @return true if they have changed; false too for a server without TLS
     * @throws IllegalArgumentException if they are no pair for TLS; the server then goes on with the old pair
     */
    public boolean reloadTls() {
        return readTls().getAsBoolean();
    }

    /**
     * Reads them likewise and takes nothing yet, so that a host can first see whether all that it reloads is right.
     *
     * @return takes what was read, and returns true if it has changed
     * @throws IllegalArgumentException if they are no pair for TLS
     */
    public BooleanSupplier readTls() {
        if (tls.isEmpty()) {
            return () -> false;
        }
        ServerCertificate read = tls.get().readAgain();
        return () -> tls.get().take(read);
    }

    /** Returns how many sockets are open, for tests. */
    int connections() {
        return places.stream()
                .mapToInt(place -> place.connector.getConnectedEndPoints().size())
                .sum();
    }

    /** Closes all sockets at once, as the end of the process does, for tests. */
    void cut() {
        places.forEach(place -> place.connector.close());
        places.forEach(place -> place.connector.getConnectedEndPoints().forEach(EndPoint::close));
    }

    Bounds bounds() {
        return bounds;
    }

    ConnectionBounds connectionBounds() {
        return connections;
    }

    /**
     * Stops accepting connections. Long polls are answered with the present state, streams end, and each answer tells
     * its client to close the connection. Idle connections are closed after 300 ms. Requests in flight go on.
     */
    public void drain() {
        drain(deadlines.grace());
    }

    private void drain(Duration grace) {
        if (server.isRunning()) {
            places.forEach(place -> place.connector.drain());
            places.forEach(place -> place.connector.calls().endWaits());
            bounds.streams().drain();
            sweep.drain(grace);
        }
    }

    /**
     * Drains, lets the requests in flight finish for at most {@link EngineServerBuilder#drain}, and closes every connection. The engine stays
     * open; close it afterwards. Closing again does nothing.
     */
    @Override
    public void close() {
        close(deadlines.grace());
    }

    /**
     * Closes as {@link #close()} does.
     *
     * @param grace how long a connection may be idle meanwhile, 0 or more; with 0 a request that is on its way is lost
     * @throws IllegalArgumentException if it is negative
     */
    public void close(Duration grace) {
        if (grace.isNegative()) {
            throw new IllegalArgumentException("grace must be 0 or more, got " + grace + ".");
        }
        drain(grace.compareTo(deadlines.idle()) > 0 ? deadlines.idle() : grace); // no connection is idle for longer
        stop();
    }

    private void stop() {
        long drainMillis = deadlines.drain().toMillis();
        Scheduler.Task last = server.getScheduler()
                .schedule(
                        () -> server.getThreadPool().execute(this::endCalls),
                        drainMillis - Math.min(LAST_ANSWERS_MILLIS, drainMillis / 2),
                        TimeUnit.MILLISECONDS);
        try {
            server.stop();
        } catch (TimeoutException late) {
            LOG.log(
                    Level.WARNING,
                    "Requests were still in flight after " + deadlines.drain().toSeconds()
                            + " s, and were cut. Raise drain-seconds if they need longer.");
        } catch (Exception failure) {
            LOG.log(Level.WARNING, "The HTTP server did not stop cleanly", failure);
        } finally {
            boolean unused = last.cancel();
        }
    }

    private void endCalls() {
        places.forEach(place -> place.connector.calls().endCalls());
    }
}
