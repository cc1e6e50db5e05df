package dev.plinth.engine.http.hostile;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** A receiver of webhooks that gives one answer to all of them, and counts them. */
final class Receiver implements AutoCloseable {
    private static final int THREADS = 8;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final AtomicLong received = new AtomicLong();

    private Receiver(int status, byte[] body) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                received.incrementAndGet();
                exchange.getRequestBody().readAllBytes();
                exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
                try (OutputStream answer = exchange.getResponseBody()) {
                    answer.write(body);
                }
            }
        });
        server.start();
    }

    /**
     * Starts a receiver.
     *
     * @param bytes of its answers
     */
    static Receiver answering(int status, int bytes) throws IOException {
        return new Receiver(status, new byte[bytes]);
    }

    /** Returns its address, with a slash at the end. */
    String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    /** Returns how many webhooks have come. */
    long received() {
        return received.get();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
    }
}
