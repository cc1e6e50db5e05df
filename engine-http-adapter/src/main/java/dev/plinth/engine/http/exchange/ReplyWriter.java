package dev.plinth.engine.http.exchange;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.connection.EngineConnection;
import dev.plinth.engine.http.connection.EngineConnector;
import dev.plinth.engine.http.connection.SlicedWrite;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Writes a {@link Reply} to the socket. Calls and refusals of framing share it so that they look alike. */
final class ReplyWriter {
    /** Headers of most replies that Jetty knows. It would look each name up letter by letter. */
    private static final Map<String, HttpHeader> KNOWN_TO_JETTY = Map.of(
            "Cache-Control", HttpHeader.CACHE_CONTROL,
            "Content-Type", HttpHeader.CONTENT_TYPE,
            "ETag", HttpHeader.ETAG,
            "Location", HttpHeader.LOCATION,
            "Retry-After", HttpHeader.RETRY_AFTER);

    /** Headers of most replies that Jetty does not know. */
    private static final Set<String> UNKNOWN_TO_JETTY =
            Set.of("Request-Id", "RateLimit-Policy", "RateLimit", "Idempotent-Replayed", "Original-Request");

    private static final HttpField NO_SNIFFING = new PreEncodedHttpField("X-Content-Type-Options", "nosniff");

    /** Has browsers call this host over TLS for a year (RFC 6797). */
    private static final HttpField TLS_ONLY =
            new PreEncodedHttpField(HttpHeader.STRICT_TRANSPORT_SECURITY, "max-age=31536000");

    private static final String LOCALHOST = "localhost";

    private ReplyWriter() {}

    /**
     * Writes status, headers and body. To HEAD, Jetty sends the headers only.
     *
     * @param thenClose true to tell the client that no further request will be read
     */
    static void write(Reply reply, boolean thenClose, Response response, Callback callback) {
        write(reply, null, thenClose, response, callback);
    }

    /**
     * Writes likewise, with one more header.
     *
     * @param last goes behind the headers of the reply; null if there is none
     */
    static void write(Reply reply, @Nullable HttpField last, boolean thenClose, Response response, Callback callback) {
        EngineConnection connection =
                (EngineConnection) response.getRequest().getConnectionMetaData().getConnection();
        writeHead(reply, last, thenClose, response);
        if (HttpStatus.hasNoBody(reply.status())) {
            writeNoBody(response, callback);
        } else {
            response.getHeaders().put(HttpHeader.CONTENT_LENGTH, reply.body().length);
            SlicedWrite.write(connection, response, reply.body(), true, callback);
        }
    }

    /** Sets status and headers, as {@link #write} does. */
    static void writeHead(Reply reply, @Nullable HttpField last, boolean thenClose, Response response) {
        response.setStatus(reply.status());
        HttpFields.Mutable headers = response.getHeaders();
        for (Map.Entry<String, String> header : reply.headers().entrySet()) {
            headers.add(field(header.getKey(), header.getValue()));
        }
        protect(response);
        if (last != null) {
            headers.add(last);
        }
        Request request = response.getRequest();
        ((EngineConnector) request.getConnectionMetaData().getConnector())
                .cors()
                .addTo(request.getHeaders(), headers);
        if (thenClose) {
            headers.put(HttpFields.CONNECTION_CLOSE);
        }
    }

    /** Adds the headers by which browsers protect their users, in the place of those that another node has added. */
    static void protect(Response response) {
        HttpFields.Mutable headers = response.getHeaders();
        headers.put(NO_SNIFFING);
        Request request = response.getRequest();
        boolean isPlain = ((EngineConnection) request.getConnectionMetaData().getConnection())
                .tls()
                .isEmpty();
        // A browser would demand TLS of every program on a developer's machine.
        if (isPlain || LOCALHOST.equalsIgnoreCase(Request.getServerName(request))) {
            headers.remove(HttpHeader.STRICT_TRANSPORT_SECURITY);
        } else {
            headers.put(TLS_ONLY);
        }
    }

    /** Returns the header that Jetty itself would make. */
    private static HttpField field(String name, String value) {
        HttpHeader known = KNOWN_TO_JETTY.get(name);
        return known != null || UNKNOWN_TO_JETTY.contains(name)
                ? new HttpField(known, name, value)
                : new HttpField(name, value);
    }

    /** Ends a response that has no body. */
    static void writeNoBody(Response response, Callback callback) {
        // Written as the last part at once, it would get a Content-Length of 0. In a 304 that is the length of the 200
        // (RFC 9110 §8.6).
        response.write(false, null, Callback.from(() -> response.write(true, null, callback), callback::failed));
    }
}
