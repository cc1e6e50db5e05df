package dev.plinth.consumer;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The calls of a client of the application.
 *
 * @param uri where its server is
 * @param key a key of the engine
 */
record DeskCalls(HttpClient http, String uri, String key) {
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int UNAVAILABLE = 503;
    /** The wait after a refused or broken connection, which cannot say how long. */
    private static final long PAUSE_MILLIS = 100;

    HttpResponse<String> send(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        return http.send(request(method, path, body, headers), BodyHandlers.ofString());
    }

    CompletableFuture<HttpResponse<String>> begin(String method, String path, String body) {
        return http.sendAsync(request(method, path, body), BodyHandlers.ofString());
    }

    /**
     * Sends a call under a key, and repeats it while no server answers or the answer is 503, as a client should. It
     * waits for as long as {@code Retry-After} says.
     *
     * @return the first other answer, of whatever status
     */
    HttpResponse<String> sendUntilAnswered(String method, String path, String idempotencyKey)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + RETRY_NANOS;
        while (true) {
            long pause = PAUSE_MILLIS;
            try {
                HttpResponse<String> answer = send(method, path, "", "Idempotency-Key", idempotencyKey);
                if (answer.statusCode() != UNAVAILABLE || System.nanoTime() > deadline) {
                    return answer;
                }
                pause = TimeUnit.SECONDS.toMillis(
                        answer.headers().firstValueAsLong("retry-after").orElseThrow());
            } catch (IOException noServer) {
                if (System.nanoTime() > deadline) {
                    throw noServer;
                }
            }
            boolean unused = new CountDownLatch(1).await(pause, TimeUnit.MILLISECONDS);
        }
    }

    private HttpRequest request(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri + path))
                .header("Authorization", "Bearer " + key)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        return headers.length == 0 ? request.build() : request.headers(headers).build();
    }
}
