package dev.plinth.engine.http;

import java.util.concurrent.Executor;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.Scheduler;

/** Jetty's connector with a door of its own to the engine, and a drain in which no client's request is lost. Thread-safe. */
final class EngineConnector extends ServerConnector {
    private static final int ACCEPTORS = 1;

    /** Selector threads, on which calls run. Jetty has only one for two processors. */
    private static final int SELECTORS = Math.max(2, Runtime.getRuntime().availableProcessors());

    private final CallService calls;
    private final ByteBudget headers;
    private final Cors cors;
    private volatile boolean closing;
    private volatile boolean draining;

    /**
     * Makes a connector.
     *
     * @param connections the first one takes what comes, such as TLS, and hands it on to the last
     */
    EngineConnector(Server server, CallService calls, ByteBudget headers, Cors cors, ConnectionFactory... connections) {
        super(server, ACCEPTORS, SELECTORS, connections);
        this.calls = calls;
        this.headers = headers;
        this.cors = cors;
    }

    /** Returns the service that answers the requests of this connector. */
    CallService calls() {
        return calls;
    }

    /** Returns the pages of other origins that may call this connector. */
    Cors cors() {
        return cors;
    }

    /** Returns an empty share of the memory for headers. */
    ByteBudget.Share headersShare() {
        return headers.share(() -> "all");
    }

    /**
     * Watches each selector. Jetty logs the error that ends a selector and goes on without it, and its connections then
     * hang for ever.
     */
    @Override
    protected SelectorManager newSelectorManager(Executor executor, Scheduler scheduler, int selectors) {
        return new ServerConnectorManager(executor, scheduler, selectors) {
            @Override
            protected ManagedSelector newSelector(int id) {
                return new WatchedSelector(this, id, calls);
            }
        };
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
    void drain() {
        closing = true;
        // In this order, because a client that is told to close connects again, and must be refused rather than cut.
        close();
        draining = true;
    }

    boolean isDraining() {
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
