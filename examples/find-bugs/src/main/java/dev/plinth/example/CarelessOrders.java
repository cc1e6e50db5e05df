package dev.plinth.example;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks right, and has three bugs. */
class CarelessOrders implements Orders {
    static final Pattern ID = Pattern.compile("\"id\":\"(res_[^\"]+)\"");
    private static final Pattern NAME = Pattern.compile("\"name\":\"([^\"]+)\"");
    private static final int ATTEMPTS = 3;

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI uri;
    private final String key;

    CarelessOrders(URI uri, String key) {
        this.uri = uri;
        this.key = key;
    }

    @Override
    public String place(String name) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                // The first bug: a key of its own for each attempt.
                return idOf(post(name, UUID.randomUUID().toString()));
            } catch (IOException lost) {
                if (attempt == ATTEMPTS) {
                    throw lost;
                }
            }
        }
    }

    @Override
    public List<String> names() throws IOException, InterruptedException {
        // The second bug: the first page is not the list.
        return namesOf(get("/v1/resources"));
    }

    /** Sends an order. */
    HttpResponse<String> post(String name, String idempotencyKey) throws IOException, InterruptedException {
        HttpRequest.Builder request = request("/v1/resources")
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", idempotencyKey)
                .POST(BodyPublishers.ofString("{\"name\":\"" + name + "\"}"));
        return http.send(request.build(), BodyHandlers.ofString());
    }

    /** Reads a page. */
    String get(String path) throws IOException, InterruptedException {
        return http.send(request(path).build(), BodyHandlers.ofString()).body();
    }

    /** Returns the names of a page. */
    static List<String> namesOf(String page) {
        return NAME.matcher(page).results().map(found -> found.group(1)).toList();
    }

    /** Returns the id in an answer. */
    static String idOf(HttpResponse<String> answer) {
        Matcher id = ID.matcher(answer.body());
        if (answer.statusCode() != 201 || !id.find()) {
            // The third bug: a server that asks to come again is no failure.
            throw new IllegalStateException("The order was refused: " + answer.body());
        }
        return id.group(1);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(uri + path)).header("Authorization", "Bearer " + key);
    }
}
