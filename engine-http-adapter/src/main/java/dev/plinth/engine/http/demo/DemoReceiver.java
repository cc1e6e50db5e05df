package dev.plinth.engine.http.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Receives the webhooks of the demonstration on a port of the loopback interface. It refuses a webhook whose signature is not of its endpoint
 * (Standard Webhooks 1.0.0). One of its two paths is out of order now and then, for as long as its {@code Retry-After} says. Thread-safe.
 */
final class DemoReceiver implements AutoCloseable {
    /** The path that takes all webhooks. */
    static final String STEADY = "/warehouse";

    /** The path that refuses one webhook in {@link #FAILS_EVERY}, once. */
    static final String SHAKY = "/billing";

    private static final int FAILS_EVERY = 20;
    private static final int OUTAGE_SECONDS = 45;
    private static final int BODY_BYTES_MAX = 1024 * 1024;
    private static final String SECRET_PREFIX = "whsec_";

    private final HttpServer server;
    private final Map<String, byte[]> secrets = new ConcurrentHashMap<>();
    private long taken; // guarded by this
    private String refused = ""; // guarded by this

    private record Answer(int status, String body) {}

    DemoReceiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::take);
        server.start();
    }

    String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    /** Sets the secret by which the webhooks of a path are verified. Without one all are refused. */
    void verify(String path, String secret) {
        secrets.put(path, Base64.getDecoder().decode(secret.substring(SECRET_PREFIX.length())));
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX);
            Answer answer = answer(exchange, body);
            if (answer.status() == 503) {
                exchange.getResponseHeaders().set("Retry-After", Integer.toString(OUTAGE_SECONDS));
            }
            byte[] sent = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), sent.length);
            exchange.getResponseBody().write(sent);
        }
    }

    private Answer answer(HttpExchange exchange, byte[] body) {
        String path = exchange.getRequestURI().getPath();
        String id = header(exchange, "webhook-id");
        if (!isGenuine(secrets.get(path), id, header(exchange, "webhook-timestamp"), exchange, body)) {
            return new Answer(401, "The signature does not fit the endpoint's secret.");
        }
        return path.equals(SHAKY) && isOutOfOrder(id)
                ? new Answer(503, "The billing system is being restarted.")
                : new Answer(200, "Taken.");
    }

    private static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    private static boolean isGenuine(
            byte @Nullable [] secret, String id, String timestamp, HttpExchange exchange, byte[] body) {
        if (secret == null) {
            return false;
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
            byte[] expected =
                    ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes(StandardCharsets.UTF_8);
            for (String signature : header(exchange, "webhook-signature").split(" ")) {
                if (MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.UTF_8))) {
                    return true;
                }
            }
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Expected HmacSHA256, which every JVM has", e);
        }
    }

    /** Returns true for the second webhook of each series, the first time that it comes. */
    private synchronized boolean isOutOfOrder(String id) {
        if (id.equals(refused)) {
            return false;
        }
        taken++;
        if (taken % FAILS_EVERY != 2) {
            return false;
        }
        refused = id;
        return true;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
