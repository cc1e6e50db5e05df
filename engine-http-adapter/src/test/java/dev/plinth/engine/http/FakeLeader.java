package dev.plinth.engine.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.plinth.engine.Patience;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;

/** Stands at the port of a leader that has crashed, and answers what a test says. For one thread. */
public final class FakeLeader implements AutoCloseable {
    static final String GREETING = "HEAD /health/live HTTP/1.1";
    static final int SILENCE_MILLIS = 60_000;

    private final ServerSocket server = new ServerSocket();

    /** A call that has come, up to its headers. */
    public record Taken(Socket socket, String requestLine) implements AutoCloseable {
        public void answer(String response) throws IOException {
            socket.getOutputStream().write(response.getBytes(US_ASCII));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    public FakeLeader(int port) throws IOException {
        server.setSoTimeout(SILENCE_MILLIS);
        Patience.until(() -> {
            try {
                server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return true;
            } catch (BindException stillInUse) {
                return false;
            }
        });
    }

    /** Returns the first call of the next connection on which one comes. */
    Taken take() throws IOException {
        while (true) {
            Socket socket = server.accept();
            Optional<Taken> taken = read(socket);
            if (taken.isPresent()) {
                return taken.get();
            }
            socket.close();
        }
    }

    private static Optional<Taken> read(Socket socket) throws IOException {
        socket.setSoTimeout(SILENCE_MILLIS);
        BufferedReader lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
        String first = lines.readLine();
        String line = first;
        while (line != null && !line.isEmpty()) {
            line = lines.readLine();
        }
        return Optional.ofNullable(line).map(end -> new Taken(socket, first));
    }

    /** Answers each greeting of a node, and returns the call that it sends then. */
    public Taken takeAfterGreeting() throws IOException {
        while (true) {
            Taken taken = take();
            if (!taken.requestLine().equals(GREETING)) {
                return taken;
            }
            taken.answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n");
            taken.close();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
