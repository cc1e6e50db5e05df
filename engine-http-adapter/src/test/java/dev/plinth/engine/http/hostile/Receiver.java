package dev.plinth.engine.http.hostile;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** A receiver of webhooks that gives one answer to all of them in one write, so that it is quick, or none at all. It counts them. */
final class Receiver implements AutoCloseable {
    private static final int BACKLOG = 1_000;
    private static final String LENGTH = "content-length:";

    private final ServerSocket server;
    private final byte[] answer;
    private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
    private final AtomicLong received = new AtomicLong();

    private Receiver(byte[] answer) {
        this.answer = answer;
        try {
            server = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new AssertionError("Expected a free port", e);
        }
        start(this::accept);
    }

    /**
     * Starts a receiver.
     *
     * @param bytes of its answers
     */
    static Receiver answering(int status, int bytes) {
        String head = "HTTP/1.1 " + status + " x\r\nContent-Length: " + bytes + "\r\n\r\n";
        return new Receiver((head + "\u0001".repeat(bytes)).getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Starts a receiver that takes every connection and never answers. */
    static Receiver silent() {
        return new Receiver(new byte[0]);
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "receiver");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                if (answer.length > 0) {
                    start(() -> serve(socket));
                }
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream input = new BufferedInputStream(socket.getInputStream());
            for (int length = head(input); length >= 0; length = head(input)) {
                input.skipNBytes(length);
                received.incrementAndGet();
                socket.getOutputStream().write(answer);
            }
        } catch (IOException closed) {
            open.remove(socket);
        }
    }

    /** Returns the length of the body behind the head that is read; -1 at the end of the connection. */
    private static int head(InputStream input) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
            int next = input.read();
            if (next < 0) {
                return -1;
            }
            head.append((char) next);
        }
        String text = head.toString().toLowerCase(Locale.ROOT);
        int length = text.indexOf(LENGTH);
        return length < 0
                ? 0
                : Integer.parseInt(text.substring(length + LENGTH.length(), text.indexOf("\r\n", length))
                        .strip());
    }

    /** Returns its address, with a slash at the end. */
    String uri() {
        return "http://127.0.0.1:" + server.getLocalPort() + "/";
    }

    /** Returns how many webhooks have come. */
    long received() {
        return received.get();
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket each : open) {
                each.close();
            }
        } catch (IOException e) {
            throw new AssertionError("Expected to close a receiver", e);
        }
    }
}
