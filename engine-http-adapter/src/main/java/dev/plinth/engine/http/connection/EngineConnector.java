package dev.plinth.engine.http.connection;

import dev.plinth.engine.http.call.CallService;
import dev.plinth.engine.http.call.Cors;
import dev.plinth.engine.http.call.FramingLimits;
import dev.plinth.engine.server.ByteBudget;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.IO;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/** Jetty's connector with a door of its own to the engine, and a drain in which no client's request is lost. Thread-safe. */
public final class EngineConnector extends ServerConnector {
    private static final int ACCEPTORS = 1;

    /** Selector threads, on which calls run. Jetty has only one for two processors. */
    private static final int SELECTORS = Math.max(2, Runtime.getRuntime().availableProcessors());

    private final CallService calls;
    private final ConnectionBounds bounds;
    private final Cors cors;
    private final HostNames hosts;
    private final ConnectionPlaces places;
    private final DiscardPace discardPace = new DiscardPace(System.nanoTime());
    private volatile boolean closing;
    private volatile boolean draining;

    /**
     * Makes a connector.
     *
     * @param hosts the names under which clients may call it
     * @param connections the first one takes what comes, such as TLS, and hands it on to the last
     */
    public EngineConnector(
            Server server,
            CallService calls,
            ConnectionBounds bounds,
            Cors cors,
            HostNames hosts,
            ConnectionPlaces places,
            ConnectionFactory... connections) {
        super(server, ACCEPTORS, SELECTORS, connections);
        this.calls = calls;
        this.bounds = bounds;
        this.cors = cors;
        this.hosts = hosts;
        this.places = places;
        addEventListener(places);
    }

    /** Returns the service that answers the requests of this connector. */
    public CallService calls() {
        return calls;
    }

    /** Returns the pages of other origins that may call this connector. */
    public Cors cors() {
        return cors;
    }

    /** Returns the limits of each address. */
    public Addresses addresses() {
        return bounds.addresses();
    }

    /** Returns the places of its connections. */
    ConnectionPlaces places() {
        return places;
    }

    /** Runs a step for a caller without a credential when it is the turn of the connection's address. */
    public void takeTurn(EngineConnection connection, Runnable step) {
        bounds.turns().run(addresses().owner(connection.getEndPoint()), turn -> step.run());
    }

    /** Runs a short step likewise, on this thread if it is the address's turn now. */
    void takeTurnHereOrLater(EngineConnection connection, Runnable step) {
        bounds.turns().runHereOrLater(addresses().owner(connection.getEndPoint()), turn -> step.run());
    }

    /** Returns the names under which clients may call this connector. */
    HostNames hosts() {
        return hosts;
    }

    /** Returns an empty share of the memory for headers. */
    ByteBudget.Share headersShare() {
        return bounds.headers().share(() -> "all");
    }

    /** Goes on with discarding bytes after a turn of {@link FramingLimits#DISCARDED_BYTES_AT_ONCE}, once others had theirs. */
    public void discardLater(Runnable next) {
        later(next, discardPace.nanosAfter(FramingLimits.DISCARDED_BYTES_AT_ONCE, System.nanoTime()));
    }

    /** Runs a step after some time, on a thread of the pool. */
    public void later(Runnable step, long nanos) {
        getScheduler().schedule(() -> getExecutor().execute(step), nanos, TimeUnit.NANOSECONDS);
    }

    /**
     * Closes connections with TLS that an address begins too often, before a selector has work with them.
     *
     * <p>It also watches each selector. Jetty logs the error that ends a selector and goes on without it, and its
     * connections then hang for ever.
     */
    @Override
    protected SelectorManager newSelectorManager(Executor executor, Scheduler scheduler, int selectors) {
        return new ServerConnectorManager(executor, scheduler, selectors) {
            @Override
            public void accept(SelectableChannel channel, @Nullable Object attachment) {
                if (channel instanceof SocketChannel socket
                        && hasTls()
                        && addresses().isTooOften(socket)) {
                    IO.close(socket);
                } else {
                    super.accept(channel, attachment);
                }
            }

            @Override
            protected ManagedSelector newSelector(int id) {
                return new WatchedSelector(this, id, calls);
            }
        };
    }

    private boolean hasTls() {
        return getDefaultConnectionFactory() instanceof SslConnectionFactory;
    }

    @Override
    protected boolean handleAcceptFailure(Throwable failure) {
        calls.noteError(failure);
        boolean goesOn = super.handleAcceptFailure(failure);
        if (!goesOn && isRunning() && !closing) {
            calls.noteEnd("plinth-http-acceptor", failure);
        }
        return goesOn;
    }

    /** Accepts no more connections. From now on each answer tells its client to close the connection. */
    public void drain() {
        closing = true;
        // In this order, because a client that is told to close connects again, and must be refused rather than cut.
        close();
        draining = true;
    }

    public boolean isDraining() {
        return draining;
    }

    /**
     * Returns false for ever. Jetty would end the output after an answer in flight when the server began to stop. Its
     * client has not been told, and would send the next request into a closed connection. {@link ConnectionSweep}
     * closes connections.
     */
    @Override
    public boolean isShutdown() {
        return false;
    }
}
