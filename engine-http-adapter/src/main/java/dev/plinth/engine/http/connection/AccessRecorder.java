package dev.plinth.engine.http.connection;

import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.http.log.AccessEntry;
import dev.plinth.engine.http.log.AccessLog;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;

/** Tells the access log of each request that Jetty has answered, refusals of framing included. Thread-safe. */
public final class AccessRecorder implements RequestLog {
    private final AccessLog log;

    public AccessRecorder(AccessLog log) {
        this.log = log;
    }

    @Override
    public void log(Request request, Response response) {
        EngineConnection connection =
                (EngineConnection) request.getConnectionMetaData().getConnection();
        HttpFields headers = request.getHeaders();
        log.add(AccessEntry.of(
                        Instant.ofEpochMilli(Request.getTimeStamp(request)),
                        connection
                                .client(headers)
                                .map(InetAddress::getHostAddress)
                                .orElse("-"),
                        new AccessEntry.Line(
                                request.getMethod(),
                                connection.path().orElse("-"),
                                request.getConnectionMetaData().getProtocol()))
                .withClient(new AccessEntry.Client(
                        text(headers, HttpHeader.USER_AGENT.asString()), text(headers, TraceParent.HEADER)))
                .withAnswer(
                        response.getStatus(),
                        Response.getContentBytesWritten(response),
                        TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - request.getBeginNanoTime()))
                .withRequestId(text(response.getHeaders(), "Request-Id")));
    }

    private static String text(HttpFields headers, String name) {
        return Optional.ofNullable(headers.get(name)).orElse("");
    }
}
