package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A receiver of webhooks that answers 200 and writes down what came, in the order in which it came. */
final class WebhookCatcher implements AutoCloseable {
    private static final int THREADS = 4;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final Set<String> events = new HashSet<>();
    private List<Receipt> receipts = new ArrayList<>();

    WebhookCatcher() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::take);
        server.start();
    }

    /**
     * A webhook that came.
     *
     * @param path to which path of the receiver
     * @param event the id of its event
     * @param body the event as it was sent
     */
    record Receipt(String path, String event, String body) {}

    String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    /** Waits until all these events have come. */
    void await(Set<String> expected, long seconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        synchronized (events) {
            while (!events.containsAll(expected) && System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.timedWait(events, 100);
            }
            Set<String> missing = new HashSet<>(expected);
            missing.removeAll(events);
            assertThat(missing).as("events of which no webhook came").isEmpty();
        }
    }

    /** Returns what has come since the last call. */
    List<Receipt> drain() {
        synchronized (events) {
            List<Receipt> drained = receipts;
            receipts = new ArrayList<>();
            return drained;
        }
    }

    /** Counts which of these events have come. */
    long received(Set<String> expected) {
        synchronized (events) {
            return expected.stream().filter(events::contains).count();
        }
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String event = exchange.getRequestHeaders().getFirst("webhook-id");
            synchronized (events) {
                events.add(event);
                receipts.add(new Receipt(exchange.getRequestURI().getPath(), event, body));
                events.notifyAll();
            }
            exchange.sendResponseHeaders(200, -1);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
    }
}
