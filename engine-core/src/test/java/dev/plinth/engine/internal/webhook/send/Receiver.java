package dev.plinth.engine.internal.webhook.send;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A receiver of webhooks on a real socket of 127.0.0.1, so that tests decide every byte that a sender gets to see. */
public final class Receiver implements AutoCloseable {
    /** Tells what to do with one connection; it is closed afterwards. */
    interface Conversation {
        void hold(Receiver self, Socket socket) throws IOException;
    }

    /** How to answer one request. */
    interface Answer {
        void write(Received request, OutputStream out) throws IOException;
    }

    /** A request as it came; header names in lower case. */
    public record Received(String line, Map<String, String> headers, byte[] body) {}

    private final ServerSocket server;
    private final Conversation conversation;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<Received> requests = new CopyOnWriteArrayList<>();

    private Receiver(ServerSocket server, Conversation conversation) {
        this.server = server;
        this.conversation = conversation;
        daemon(this::acceptAll);
    }

    static Receiver talking(Conversation conversation) {
        try {
            return new Receiver(new ServerSocket(0, 128, InetAddress.getByName("127.0.0.1")), conversation);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers each request on a kept connection with the same text. */
    public static Receiver answering(String response) {
        return answering((request, out) -> out.write(response.getBytes(ISO_8859_1)));
    }

    static Receiver answering(Answer answer) {
        return talking((self, socket) -> self.answerAll(socket, answer));
    }

    static Receiver answeringTls(SSLContext tls, String response) {
        return talking((self, plain) -> {
            try (Socket socket = tls.getSocketFactory().createSocket(plain, null, true)) {
                self.answerAll(socket, (request, out) -> out.write(response.getBytes(ISO_8859_1)));
            }
        });
    }

    public static String ok(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.getBytes(ISO_8859_1).length + "\r\n\r\n" + body;
    }

    int port() {
        return server.getLocalPort();
    }

    public URI url(String host) {
        return URI.create("http://" + host + ":" + port() + "/hook");
    }

    URI httpsUrl(String host) {
        return URI.create("https://" + host + ":" + port() + "/hook");
    }

    int connections() {
        return sockets.size();
    }

    public List<Received> requests() {
        return requests;
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void acceptAll() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                daemon(() -> hold(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void hold(Socket socket) {
        try (socket) {
            conversation.hold(this, socket);
        } catch (IOException gone) {
            // The sender hung up, as many tests want it to.
        }
    }

    private void answerAll(Socket socket, Answer answer) throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        OutputStream out = socket.getOutputStream();
        for (Received request = read(in); request != null; request = read(in)) {
            requests.add(request);
            answer.write(request, out);
            out.flush();
        }
    }

    /** The next request; null if the sender has hung up. */
    static @Nullable Received read(InputStream in) throws IOException {
        String line = line(in);
        if (line.isEmpty()) {
            return null;
        }
        Map<String, String> headers = new TreeMap<>();
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).trim());
        }
        return new Received(
                line, headers, in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0"))));
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "receiver");
        thread.setDaemon(true);
        thread.start();
    }
}
