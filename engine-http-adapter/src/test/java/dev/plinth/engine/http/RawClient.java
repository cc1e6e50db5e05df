package dev.plinth.engine.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A client that sends exactly the bytes it is given, because a proper client refuses to send bad ones; never waits for ever. */
public final class RawClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;
    private static final int DRIBBLE_MILLIS = 20;
    private static final int END = -1;

    private final InetAddress from;
    private final Optional<SSLContext> tls;
    private Socket socket;
    private InputStream input;

    public RawClient(int port) throws IOException {
        this(port, InetAddress.getLoopbackAddress());
    }

    /** Connects from an address of this machine, so that a test can be several clients. */
    public RawClient(int port, InetAddress from) throws IOException {
        this(port, from, Optional.empty());
    }

    /** Connects with TLS, if there is a context for it. */
    public RawClient(int port, InetAddress from, Optional<SSLContext> tls) throws IOException {
        this.from = from;
        this.tls = tls;
        connect(port);
    }

    private void connect(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port, from, 0);
        if (socket.getLocalPort() == port && from.equals(InetAddress.getLoopbackAddress())) {
            // If no server listens, TCP lets a client that was given that very port by chance connect to itself.
            socket.close();
            throw new ConnectException("Expected a server on port " + port + ", but nobody listens there");
        }
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        if (tls.isPresent()) {
            socket = tls.get()
                    .getSocketFactory()
                    .createSocket(socket, InetAddress.getLoopbackAddress().getHostAddress(), port, true);
        }
        input = new BufferedInputStream(socket.getInputStream());
    }

    /** Waits so long for each byte from now on. */
    public RawClient waiting(int millis) throws IOException {
        socket.setSoTimeout(millis);
        return this;
    }

    public RawClient send(String latin1) throws IOException {
        return send(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    RawClient finish() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** The next response. */
    public RawReply read() throws IOException {
        return read("GET");
    }

    /** The next response to a request of this method. */
    public RawReply read(String method) throws IOException {
        String statusLine = line();
        if (statusLine == null) {
            throw new EOFException("Expected a response, but the server closed the connection");
        }
        int status = Integer.parseInt(statusLine.split(" ", 3)[1]);
        Map<String, String> headers = new HashMap<>();
        for (String line = line(); line != null && !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            headers.merge(name, line.substring(colon + 1).strip(), (before, next) -> before + ", " + next);
        }
        boolean bodiless = method.equals("HEAD") || status == 204 || status == 304 || status < 200;
        if (!bodiless && "chunked".equals(headers.get("transfer-encoding"))) {
            return new RawReply(status, headers, firstChunk());
        }
        int length = bodiless ? 0 : Integer.parseInt(headers.getOrDefault("content-length", "0"));
        return new RawReply(status, headers, input.readNBytes(length));
    }

    /** Returns the first chunk of a body without an end, hangs up, and connects again. */
    private byte[] firstChunk() throws IOException {
        byte[] chunk = input.readNBytes(Integer.parseInt(String.valueOf(line()), 16));
        int port = socket.getPort();
        socket.close();
        connect(port);
        return chunk;
    }

    /** The one response before the server closes the connection, or nothing if it closes without one. */
    Optional<RawReply> readAll() throws IOException {
        input.mark(1);
        if (input.read() == END) {
            return Optional.empty();
        }
        input.reset();
        RawReply reply = read();
        if (!isAtEnd()) {
            throw new IOException("Expected the server to close the connection, but it sent more");
        }
        return Optional.of(reply);
    }

    /** Sends these over and over until the server closes the connection; false if it answers, or bears it for too long. */
    boolean dribbleUntilClosed(char... characters) throws IOException {
        socket.setSoTimeout(DRIBBLE_MILLIS);
        for (int sent = 0; sent < TIMEOUT_MILLIS / DRIBBLE_MILLIS; sent++) {
            try {
                send(new String(characters));
                return input.read() == END;
            } catch (SocketTimeoutException stillOpen) {
                continue;
            } catch (SocketException closed) {
                return true;
            }
        }
        return false;
    }

    /** All that comes until the server closes the connection. */
    String text() throws IOException {
        return new String(input.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** True if the server has closed the connection and nothing else came before. */
    boolean isAtEnd() throws IOException {
        return input.read() == END;
    }

    private @Nullable String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = input.read(); next != '\n'; next = input.read()) {
            if (next == END) {
                return null;
            }
            if (next != '\r') {
                line.write(next);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
