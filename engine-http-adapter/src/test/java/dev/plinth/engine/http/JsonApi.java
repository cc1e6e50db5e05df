package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Calls of a server over HTTP, and what they answer. Thread-safe. */
final class JsonApi {
    private final HttpClient http;
    private final String token;
    private volatile String base = "";

    JsonApi(String token) {
        this(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(), token);
    }

    private JsonApi(HttpClient http, String token) {
        this.http = http;
        this.token = token;
    }

    /** Returns calls of the same server with another credential. */
    JsonApi as(String otherToken) {
        JsonApi other = new JsonApi(http, otherToken);
        other.connect(base);
        return other;
    }

    /** Sets where the server listens from now on. */
    void connect(String newBase) {
        base = newBase;
    }

    /**
     * An answer, as far as a replay has to repeat it.
     *
     * @param replayed whether it says that it is a replay
     */
    record Answer(
            int status,
            String body,
            Optional<String> tag,
            Optional<String> location,
            String retryAfter,
            boolean replayed) {
        /** The same answer to a call that ran. */
        Answer first() {
            return new Answer(status, body, tag, location, retryAfter, false);
        }

        /** Returns whether the server could not do it, for lack of its disk, of memory, or of another part of it. */
        boolean isFailure() {
            return status == 503 || status == 500;
        }

        Map<String, Object> json() {
            return parse(body);
        }
    }

    static Map<String, Object> parse(String body) {
        return Json.of(body).asMap();
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send("GET", path, "", "");
    }

    /**
     * Opens the stream of all events behind one; the oldest that is kept if {@code after} is empty.
     *
     * @throws IOException if the server is gone, or its disk
     */
    Stream<String> stream(String after) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + "/v1/events/stream"))
                .header("Authorization", "Bearer " + token);
        if (!after.isEmpty()) {
            request.header("Last-Event-ID", after);
        }
        HttpResponse<Stream<String>> reply = http.send(request.build(), HttpResponse.BodyHandlers.ofLines());
        if (reply.statusCode() == 503 || reply.statusCode() == 500) {
            reply.body().close();
            throw new IOException("Expected a stream, but the journal has failed");
        }
        assertThat(reply.statusCode()).as("status of the stream").isEqualTo(200);
        return reply.body();
    }

    /** Sends a call; without a key if that is empty. */
    Answer send(String method, String path, String key, String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .header("Authorization", "Bearer " + token)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (!key.isEmpty()) {
            request.header("Idempotency-Key", key);
        }
        HttpResponse<String> reply = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(
                reply.statusCode(),
                reply.body(),
                reply.headers().firstValue("ETag"),
                reply.headers().firstValue("Location"),
                reply.headers().firstValue("Retry-After").orElse(""),
                reply.headers().firstValue("Idempotent-Replayed").isPresent());
    }

    /** All entries of a list, over all its pages. */
    List<Map<String, Object>> all(String path) throws IOException, InterruptedException {
        List<Map<String, Object>> entries = new ArrayList<>();
        String cursor = "";
        do {
            Map<String, Object> page = page(path, cursor);
            entries.addAll(entries(page));
            cursor = page.get("nextCursor") instanceof String next ? next : "";
        } while (!cursor.isEmpty());
        return entries;
    }

    /** Returns a page of a list, the first one without a cursor. */
    Map<String, Object> page(String path, String cursor) throws IOException, InterruptedException {
        String query = (path.contains("?") ? "&" : "?") + "limit=100" + (cursor.isEmpty() ? "" : "&cursor=" + cursor);
        Answer page = get(path + query);
        assertThat(page.status()).as("%s: %s", path, page.body()).isEqualTo(200);
        return page.json();
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> entries(Map<String, Object> page) {
        return (List<Map<String, Object>>) page.get("data");
    }
}
