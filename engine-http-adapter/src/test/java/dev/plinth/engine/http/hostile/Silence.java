package dev.plinth.engine.http.hostile;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A receiver of webhooks that takes every connection and never answers. */
final class Silence implements AutoCloseable {
    private static final int BACKLOG = 1_000;

    private final ServerSocket server;
    private final Queue<Socket> open = new ConcurrentLinkedQueue<>();

    Silence() {
        try {
            server = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new AssertionError("Expected a free port", e);
        }
        Thread accepting = new Thread(this::accept, "silence");
        accepting.setDaemon(true);
        accepting.start();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                open.add(server.accept());
            } catch (IOException closed) {
                return;
            }
        }
    }

    /** Returns its address, with a slash at the end. */
    String uri() {
        return "http://127.0.0.1:" + server.getLocalPort() + "/";
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket each : open) {
            each.close();
        }
    }
}
