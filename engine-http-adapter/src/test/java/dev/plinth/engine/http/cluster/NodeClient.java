package dev.plinth.engine.http.cluster;

import dev.plinth.engine.api.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Calls of the nodes with one credential. Thread-safe. */
final class NodeClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    private final HttpClient http;
    private final List<URI> nodes;
    private final String token;

    NodeClient(List<URI> nodes, String token) {
        this(
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT_TIMEOUT)
                        .build(),
                nodes,
                token);
    }

    private NodeClient(HttpClient http, List<URI> nodes, String token) {
        this.http = http;
        this.nodes = List.copyOf(nodes);
        this.token = token;
    }

    /** Returns calls of the same nodes with another credential. */
    NodeClient as(String otherToken) {
        return new NodeClient(http, nodes, otherToken);
    }

    /** Returns calls of another node with the same credential. */
    NodeClient at(URI node) {
        return new NodeClient(http, List.of(node), token);
    }

    int nodes() {
        return nodes.size();
    }

    /**
     * A call, without the node that it is sent to.
     *
     * @param key its idempotency key; empty for none
     * @param body empty for none
     */
    record Request(String method, String path, String key, String body) {
        static Request get(String path) {
            return new Request("GET", path, "", "");
        }
    }

    /**
     * An answer.
     *
     * @param tag its {@code ETag}, or nothing
     * @param retryAfter its {@code Retry-After} in seconds, 0 for none
     * @param node the id of the node that decided, or nothing
     */
    record Answer(int status, String body, String tag, int retryAfter, String node, boolean replayed) {
        Map<String, Object> json() {
            return Json.of(body).asMap();
        }

        /** Returns a member as text. */
        String member(String name) {
            return String.valueOf(json().get(name));
        }

        /** Returns the code of a problem, or nothing. */
        String code() {
            return status >= 400 && body.startsWith("{") ? member("code") : "";
        }

        /** Returns true if the other answer is the same to a client. */
        boolean repeats(Answer other) {
            return status == other.status && body.equals(other.body) && tag.equals(other.tag);
        }
    }

    /** Sends a call to a node. */
    Answer send(int node, Request call, Duration timeout) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(node, call.path())
                .timeout(timeout)
                .method(
                        call.method(),
                        call.body().isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(call.body()));
        if (!call.key().isEmpty()) {
            request.header("Idempotency-Key", call.key());
        }
        HttpResponse<String> reply = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(
                reply.statusCode(),
                reply.body(),
                reply.headers().firstValue("ETag").orElse(""),
                reply.headers().firstValue("Retry-After").map(Integer::parseInt).orElse(0),
                reply.headers().firstValue("Plinth-Node").orElse(""),
                reply.headers().firstValue("Idempotent-Replayed").isPresent());
    }

    /** Opens the stream of events behind one; from the oldest if that is empty. */
    HttpResponse<Stream<String>> stream(int node, String after) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(node, "/v1/events/stream");
        if (!after.isEmpty()) {
            request.header("Last-Event-ID", after);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofLines());
    }

    private HttpRequest.Builder request(int node, String path) {
        return HttpRequest.newBuilder(nodes.get(node).resolve(path)).header("Authorization", "Bearer " + token);
    }
}
