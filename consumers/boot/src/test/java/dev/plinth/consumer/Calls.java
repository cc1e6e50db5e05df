package dev.plinth.consumer;

import dev.plinth.engine.api.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The calls of a client of the shop.
 *
 * @param spring where Spring's web server is
 * @param plinth where the engine's own is
 */
record Calls(HttpClient http, String spring, String plinth, String apiKey) {
    /** Places an order over Spring's web server; gives its id if it was acknowledged. */
    Optional<String> place(String name) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(
                HttpRequest.newBuilder(URI.create(spring + "/orders/" + name + "/2")).POST(BodyPublishers.noBody()));
        return Optional.of(answer).filter(it -> it.statusCode() == 200).map(HttpResponse::body);
    }

    /** Creates an order over the engine's own server; gives its id if it was acknowledged. */
    Optional<String> create(String name) throws IOException, InterruptedException {
        String order = "{\"name\":\"" + name + "\",\"type\":\"order\",\"data\":{\"pieces\":1}}";
        HttpResponse<String> answer = send(HttpRequest.newBuilder(URI.create(plinth + "/v1/resources"))
                .header("Authorization", "Bearer " + apiKey)
                .header("Idempotency-Key", name)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(order)));
        return Optional.of(answer)
                .filter(it -> it.statusCode() == 201)
                .map(it -> (String) Json.of(it.body()).asMap().get("id"));
    }

    /** Reads an order over the engine's own server. */
    HttpResponse<String> read(String id) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(plinth + "/v1/resources/" + id))
                .header("Authorization", "Bearer " + apiKey));
    }

    /** Begins to ask for a job of a type that has none; the server answers after half a minute, or when it closes. */
    CompletableFuture<HttpResponse<String>> lease() {
        HttpRequest request = HttpRequest.newBuilder(URI.create(plinth + "/v1/jobs/lease"))
                .header("Authorization", "Bearer " + apiKey)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"types\":[\"render\"],\"wait\":30}"))
                .build();
        return http.sendAsync(request, BodyHandlers.ofString());
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString());
    }
}
