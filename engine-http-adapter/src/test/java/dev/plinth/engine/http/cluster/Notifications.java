package dev.plinth.engine.http.cluster;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.plinth.engine.api.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The events that nodes have told of, to a receiver of webhooks and to a client of the stream. Thread-safe. */
final class Notifications implements AutoCloseable {
    private static final int OK = 200;
    private static final int THREADS = 4;
    private static final String DATA = "data: ";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final Set<String> received = ConcurrentHashMap.newKeySet();
    private final List<String> streamed = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final NodeClient nodes;
    private final Thread follower;

    /** Begins to receive. The stream is opened at one node after the other, as each breaks it off. */
    Notifications(NodeClient nodes) throws IOException {
        this.nodes = nodes;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::take);
        server.start();
        follower = new Thread(this::follow, "notifications");
        follower.setDaemon(true);
        follower.start();
    }

    /** Returns the address for webhooks. */
    String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    /** Returns the ids of events of which a webhook came. */
    Set<String> received() {
        return Set.copyOf(received);
    }

    /** Returns the ids of events as the stream has sent them. */
    List<String> streamed() {
        synchronized (streamed) {
            return List.copyOf(streamed);
        }
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] unused = exchange.getRequestBody().readAllBytes();
            received.add(exchange.getRequestHeaders().getFirst("webhook-id"));
            exchange.sendResponseHeaders(OK, -1);
        }
    }

    private void follow() {
        try {
            for (int node = 0; ended.getCount() > 0; node++) {
                follow(node % nodes.nodes());
                boolean unused = ended.await(100, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow(int node) throws InterruptedException {
        List<String> before = streamed();
        try {
            HttpResponse<Stream<String>> reply =
                    nodes.stream(node, before.isEmpty() ? "" : before.get(before.size() - 1));
            try (Stream<String> lines = reply.body()) {
                if (reply.statusCode() == OK) {
                    lines.forEach(this::note);
                }
            }
        } catch (IOException | UncheckedIOException broken) {
            return;
        }
    }

    private void note(String line) {
        if (line.startsWith(DATA)) {
            String id = String.valueOf(
                    Json.of(line.substring(DATA.length())).asMap().get("id"));
            synchronized (streamed) {
                streamed.add(id);
            }
        }
    }

    @Override
    public void close() {
        ended.countDown();
        follower.interrupt();
        server.stop(0);
        threads.shutdown();
    }
}
