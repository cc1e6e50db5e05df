package dev.plinth.engine.http.exchange;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.call.CallService;
import dev.plinth.engine.http.call.Refusals;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Answers with the engine's problem documents in place of Jetty's own HTML pages. */
public final class RefusalHandler implements Request.Handler {
    private final CallService calls;

    public RefusalHandler(CallService calls) {
        this.calls = calls;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Reply reply;
        if (request.getAttribute(ErrorHandler.ERROR_EXCEPTION) instanceof HttpException exception
                && exception.getCode() != HttpStatus.INTERNAL_SERVER_ERROR_500) { // that is a fault of an answer
            reply = exception.getCode() == HttpStatus.SERVICE_UNAVAILABLE_503
                    ? Refusals.noRoom(calls, String.valueOf(exception.getReason()))
                    : Refusals.malformed(calls, exception);
        } else if (response.getStatus() == HttpStatus.SERVICE_UNAVAILABLE_503) {
            reply = Refusals.shuttingDown(calls);
        } else {
            reply = Refusals.internalError(calls);
        }
        ReplyWriter.write(reply, true, response, callback);
        return true;
    }
}
