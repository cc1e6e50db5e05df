package dev.plinth.consumer;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.http.EngineServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** An engine in memory with a workspace, a key, and HTTP in front of it. */
final class Host implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Engine engine;
    private final EngineServer server;
    private final String secret;

    Host() {
        this(Engine.builder());
    }

    private Host(EngineBuilder builder) {
        engine = open(builder);
        secret = secret(engine);
        server = EngineServer.start(engine, "127.0.0.1", 0);
    }

    static Engine open(EngineBuilder builder) {
        return builder.inMemory()
                .webhookAllow("127.0.0.0/8")
                .plan(Plan.perMinute("suites", Plan.REQUESTS_MAX))
                .open();
    }

    static String secret(Engine engine) {
        String workspace =
                engine.admin().createWorkspace("acme", "suites").call().id();
        return engine.admin().createKey(workspace, "key").call().secret().orElseThrow();
    }

    PlinthClient client() {
        return engine.client(secret);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server.uri() + path))
                .header("Authorization", "Bearer " + secret)
                .header("Content-Type", "application/json");
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }

    URI uri() {
        return server.uri();
    }

    String key() {
        return secret;
    }

    @Override
    public void close() {
        server.close();
        engine.close();
    }
}
