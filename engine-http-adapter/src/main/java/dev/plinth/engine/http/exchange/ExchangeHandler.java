package dev.plinth.engine.http.exchange;

import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.http.connection.EngineConnector;
import dev.plinth.engine.http.log.ThreadTrace;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Turns every request of Jetty into an {@link Exchange}, whatever its method and path. */
public final class ExchangeHandler extends Handler.Abstract.NonBlocking {
    private final Bounds bounds;

    public ExchangeHandler(Bounds bounds) {
        this.bounds = bounds;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        // A long poll is silent for as long as the engine lets it wait. Reads and writes have their own deadlines.
        request.addIdleTimeoutListener(timeout -> false);
        try {
            ThreadTrace.during(
                    request.getHeaders().get(TraceParent.HEADER),
                    () -> new Exchange(bounds, request, response, callback).begin());
        } catch (OutOfMemoryError noMemory) {
            ((EngineConnector) request.getConnectionMetaData().getConnector())
                    .calls()
                    .noteError(noMemory);
            throw noMemory;
        }
        return true;
    }
}
