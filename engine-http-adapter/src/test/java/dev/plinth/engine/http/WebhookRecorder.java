package dev.plinth.engine.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A receiver of webhooks that keeps what has come, and answers all of it with one status. Thread-safe. */
final class WebhookRecorder implements AutoCloseable {
    private final HttpServer server;
    private final int status;
    private final List<Received> received = new ArrayList<>();

    WebhookRecorder(int status) throws IOException {
        this.status = status;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::take);
        server.start();
    }

    /**
     * A webhook.
     *
     * @param headers by name in lower case
     */
    record Received(Map<String, String> headers, byte[] body) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hooks";
    }

    /** Returns the webhooks that have come, oldest first. */
    synchronized List<Received> received() {
        return List.copyOf(received);
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, String.join(", ", values)));
            Received webhook = new Received(headers, exchange.getRequestBody().readAllBytes());
            synchronized (this) {
                received.add(webhook);
            }
            exchange.sendResponseHeaders(status, -1);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
