package dev.plinth.engine;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Receives the webhooks of simulated clusters, each under a path of its own. Refuses the first attempt at some of them. */
final class ClusterSink implements AutoCloseable {
    private static final int REFUSED_ONE_IN = 10;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final Map<String, Queue<String>> received = new ConcurrentHashMap<>();
    private final AtomicInteger paths = new AtomicInteger();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();

    ClusterSink() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                String event = exchange.getRequestHeaders().getFirst("webhook-id");
                boolean refuses = event.hashCode() % REFUSED_ONE_IN == 0 && refused.add(event);
                if (!refuses) {
                    received(exchange.getRequestURI().getPath()).add(event);
                }
                exchange.sendResponseHeaders(refuses ? 500 : 200, -1);
            }
        });
        server.start();
    }

    /** Returns a path that no other cluster has. */
    String newPath() {
        return "/" + paths.incrementAndGet();
    }

    String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    /** Returns the ids of the events that came under a path. */
    Queue<String> received(String path) {
        return received.computeIfAbsent(path, none -> new ConcurrentLinkedQueue<>());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
