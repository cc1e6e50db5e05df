package dev.plinth.engine.http;

import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Jetty's way in: turns every request into an {@link Exchange}, whatever its method and path. */
final class CallHandler extends Handler.Abstract.NonBlocking {
    private final Calls calls;
    private final Streams streams;

    CallHandler(Calls calls, Streams streams) {
        this.calls = calls;
        this.streams = streams;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        // A long poll is silent for as long as the engine lets it wait; reads and writes have their own deadlines.
        request.addIdleTimeoutListener(timeout -> false);
        try {
            new Exchange(calls, streams, request, response, callback).run();
        } catch (OutOfMemoryError noMemory) {
            calls.noteError(noMemory);
            throw noMemory;
        }
        return true;
    }
}
