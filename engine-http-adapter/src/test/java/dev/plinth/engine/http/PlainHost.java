package dev.plinth.engine.http;

import dev.plinth.engine.Engine;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Serves an engine in a child JVM, answers one call of its own, and prints what the settings of SLF4J are then. */
public final class PlainHost {
    private PlainHost() {}

    public static void main(String[] arguments) throws Exception {
        try (Engine engine = Engine.inMemory();
                EngineServer server = EngineServer.start(engine, "127.0.0.1", 0)) {
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/health/live"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            System.out.println("status " + answer.statusCode());
        }
        System.out.println("verbosity " + System.getProperty("slf4j.internal.verbosity"));
    }
}
