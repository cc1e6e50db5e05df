package dev.plinth.engine.http.hostile;

import dev.plinth.engine.http.RawClient;
import dev.plinth.engine.http.RawReply;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A kept connection of one credential, opened again when the server has closed it. One thread at a time. */
final class AttackConnection implements AutoCloseable {
    /** How long an answer may take: an attack on a slow machine makes all calls slow, which is no refusal. */
    private static final int ANSWER_MILLIS = 60_000;

    private final int port;
    private final InetAddress from;
    private final String headers;
    private final Optional<SSLContext> tls;
    private @Nullable RawClient client;

    /**
     * A caller that has not connected yet.
     *
     * @param from its address, one of this machine
     * @param headers beside the length of a body, each with its line end
     */
    AttackConnection(int port, InetAddress from, String headers) {
        this(port, from, headers, Optional.empty());
    }

    /** A caller that connects with TLS, if there is a context for it. */
    AttackConnection(int port, InetAddress from, String headers, Optional<SSLContext> tls) {
        this.port = port;
        this.from = from;
        this.headers = headers;
        this.tls = tls;
    }

    /** Returns a header with a credential. */
    static String bearer(String token) {
        return "Authorization: Bearer " + token + "\r\n";
    }

    /** Returns a request as it is sent. */
    static byte[] request(String method, String path, String headers, String body) {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        byte[] head = head(method, path, headers, content.length).getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = new byte[head.length + content.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(content, 0, all, head.length, content.length);
        return all;
    }

    /** Returns a request without its body. */
    static String head(String method, String path, String headers, long length) {
        return method + " " + path + " HTTP/1.1\r\nHost: plinth\r\n" + headers
                + (length == 0 && method.equals("GET") ? "" : "Content-Length: " + length + "\r\n") + "\r\n";
    }

    RawReply get(String path) throws IOException {
        return call("GET", path, "", "");
    }

    RawReply post(String path, String body) throws IOException {
        return call("POST", path, "", body);
    }

    /** Calls, with further headers, and reads the answer. */
    RawReply call(String method, String path, String further, String body) throws IOException {
        return send(request(method, path, headers + further, body));
    }

    private RawReply send(byte[] request) throws IOException {
        RawClient open = client == null ? new RawClient(port, from, tls).waiting(ANSWER_MILLIS) : client;
        client = open;
        try {
            RawReply reply = open.send(request).read();
            if ("close".equals(reply.header("connection"))) {
                close();
            }
            return reply;
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** Closes the connection; the next call opens another one. */
    @Override
    public void close() {
        try {
            if (client != null) {
                client.close();
            }
            client = null;
        } catch (IOException e) {
            throw new AssertionError("Expected to close a connection", e);
        }
    }
}
