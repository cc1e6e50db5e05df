package dev.plinth.engine.http;

import dev.plinth.engine.api.Reply;
import java.nio.ByteBuffer;
import java.util.Map;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Puts a {@link Reply} on the wire; calls and refusals of framing share it so that they look alike. */
final class ReplyWriter {
    private ReplyWriter() {}

    /**
     * Writes status, headers and body. To HEAD, Jetty sends the headers only.
     *
     * @param thenClose whether the client is told that no further request will be read
     */
    static void write(Reply reply, boolean thenClose, Response response, Callback callback) {
        response.setStatus(reply.status());
        HttpFields.Mutable headers = response.getHeaders();
        for (Map.Entry<String, String> header : reply.headers().entrySet()) {
            headers.add(header.getKey(), header.getValue());
        }
        if (thenClose) {
            headers.put(HttpFields.CONNECTION_CLOSE);
        }
        if (HttpStatus.hasNoBody(reply.status())) {
            response.write(true, null, callback);
        } else {
            headers.put(HttpHeader.CONTENT_LENGTH, reply.body().length);
            response.write(true, ByteBuffer.wrap(reply.body()), callback);
        }
    }
}
