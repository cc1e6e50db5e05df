package dev.plinth.engine.http.connection;

import dev.plinth.engine.http.call.CallService;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;

/** A selector of Jetty's that reports its end. Without a report its connections would hang for ever. */
final class WatchedSelector extends ManagedSelector {
    private final String name;
    private final CallService calls;

    WatchedSelector(SelectorManager manager, int id, CallService calls) {
        super(manager, id);
        this.name = "plinth-http-selector-" + id;
        this.calls = calls;
    }

    @Override
    protected void onSelectFailed(Throwable failure) {
        if (isRunning()) {
            calls.noteEnd(name, failure);
        }
    }
}
