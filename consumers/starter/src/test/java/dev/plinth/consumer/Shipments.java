package dev.plinth.consumer;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A receiver of webhooks that verifies each with the library of Standard Webhooks, and keeps the shipments told of. */
final class Shipments implements AutoCloseable {
    final Set<String> verified = ConcurrentHashMap.newKeySet();
    final Queue<Exception> refused = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Webhook> verifier = new CompletableFuture<>();
    private final HttpServer server;

    private Shipments(HttpServer server) {
        this.server = server;
    }

    static Shipments open() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        Shipments shipments = new Shipments(server);
        server.createContext("/", shipments::receive);
        server.start();
        return shipments;
    }

    String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
    }

    /** Verifies webhooks with this secret from now on. Those that came before wait for it. */
    void trust(String secret) throws EmptyWebhookSecretException {
        verifier.complete(new Webhook(secret));
    }

    private void receive(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        int status = 204;
        try {
            verifier.join().verify(body, HttpHeaders.of(exchange.getRequestHeaders(), (name, value) -> true));
            verified.add((String) Event.of(Json.of(body)).data().asMap().get("shipment"));
        } catch (WebhookVerificationException e) {
            refused.add(e);
            status = 401;
        }
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
