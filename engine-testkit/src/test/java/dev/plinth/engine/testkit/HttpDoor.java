package dev.plinth.engine.testkit;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The door that is a socket, with the JDK's client. */
final class HttpDoor implements Door {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI base;

    HttpDoor(URI base) {
        this.base = base;
    }

    @Override
    public Reply send(Call call) {
        String query = call.query() == null ? "" : "?" + call.query();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + call.path() + query))
                .timeout(TIMEOUT)
                .method(
                        call.method(),
                        call.body().length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(call.body()));
        call.headers().forEach(request::header);
        try {
            return reply(client.send(request.build(), BodyHandlers.ofByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Expected an answer, but the wait for it was interrupted", e);
        }
    }

    private static Reply reply(HttpResponse<byte[]> response) {
        Map<String, String> headers = new LinkedHashMap<>();
        response.headers().map().forEach((name, values) -> headers.put(name, String.join(", ", values)));
        return Reply.of(response.statusCode(), headers, response.body());
    }
}
