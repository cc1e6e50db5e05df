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

    /** Calls run on the selectors' threads, and Jetty has one for two processors. */
    private static final int SELECTORS = Math.max(2, Runtime.getRuntime().availableProcessors());

    private final CallService calls;
    private final ByteBudget headers;
    private volatile boolean closing;
    private volatile boolean draining;

    EngineConnector(Server server, ConnectionFactory connections, CallService calls, ByteBudget headers) {
        super(server, ACCEPTORS, SELECTORS, connections);
        this.calls = calls;
        this.headers = headers;
    }

    /** Returns what answers the requests that come by this connector. */
    CallService calls() {
        return calls;
    }

    /** Returns a share of the memory for headers, of which nothing is taken. */
    ByteBudget.Share headersShare() {
        return headers.share(() -> "all");
    }

    /** Jetty logs what ends a selector, and goes on without it: the connections of that selector then hang for ever. */
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

    /** Accepts no more; from now on each answer tells its client to close the connection. */
    void drain() {
        closing = true;
        // In this order: a client that is told to close connects again, and must be refused rather than cut.
        close();
        draining = true;
    }

    boolean isDraining() {
        return draining;
    }

    /**
     * Says no for ever. Jetty would end the output behind an answer that was under way when the server began to stop: its client has not been told, and
     * sends the next request into a closed connection. {@link ConnectionSweep} closes connections.
     */
    @Override
    public boolean isShutdown() {
        return false;
    }
}
