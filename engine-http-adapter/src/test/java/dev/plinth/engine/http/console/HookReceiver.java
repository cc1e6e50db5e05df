package dev.plinth.engine.http.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** A receiver of webhooks that answers as it is told, and keeps what has come. Thread-safe. */
final class HookReceiver implements AutoCloseable {
    private final HttpServer server;
    private final BlockingQueue<Hook> hooks = new LinkedBlockingQueue<>();
    private volatile Answer answer = new Answer(200, "<b>taken</b>\nin two lines");

    private record Answer(int status, String body) {}

    /** A webhook as it came. */
    record Hook(String id, String timestamp, String signatures, byte[] body) {
        boolean isSignedWith(String secret) throws GeneralSecurityException {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.substring("whsec_".length())), "HmacSHA256"));
            mac.update((id + "." + timestamp + ".").getBytes(UTF_8));
            return signatures.contains("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body)));
        }
    }

    HookReceiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::take);
        server.start();
    }

    private void take(HttpExchange exchange) throws IOException {
        byte[] taken = exchange.getRequestBody().readAllBytes();
        // A test that is told of a webhook may change the answer to the next one, not to this one.
        Answer answered = answer;
        hooks.add(new Hook(
                header(exchange, "webhook-id"),
                header(exchange, "webhook-timestamp"),
                header(exchange, "webhook-signature"),
                taken));
        byte[] body = answered.body().getBytes(UTF_8);
        exchange.sendResponseHeaders(answered.status(), body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static String header(HttpExchange exchange, String name) {
        return String.valueOf(exchange.getRequestHeaders().getFirst(name));
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hooks";
    }

    void answer(int status) {
        answer(status, answer.body());
    }

    void answer(int status, String body) {
        answer = new Answer(status, body);
    }

    /** Waits for the next webhook, at most a minute; null if none comes. */
    @Nullable
    Hook next() throws InterruptedException {
        return hooks.poll(60, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
