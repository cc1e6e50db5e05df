package dev.plinth.consumer;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import org.springframework.beans.factory.annotation.Value;

/** A bean that calls an engine elsewhere: it asks again until there is an answer, always with the same idempotency key. */
class RemoteOrders {
    private final HttpClient http = HttpClient.newHttpClient();
    private final URI resources;
    private final String key;

    RemoteOrders(@Value("${plinth.uri}") String uri, @Value("${plinth.api-key}") String key) {
        this.resources = URI.create(uri + "/v1/resources");
        this.key = key;
    }

    /** Places an order, and gives the status of the answer. */
    int place(String order) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(resources)
                .header("Authorization", "Bearer " + key)
                .header("Idempotency-Key", order)
                .POST(BodyPublishers.ofString("{\"name\":\"" + order + "\"}"))
                .build();
        try {
            return http.send(request, BodyHandlers.ofString()).statusCode();
        } catch (IOException lost) {
            return http.send(request, BodyHandlers.ofString()).statusCode();
        }
    }
}
