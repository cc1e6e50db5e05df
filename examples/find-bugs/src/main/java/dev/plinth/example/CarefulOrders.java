package dev.plinth.example;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The careless client, mended. */
final class CarefulOrders extends CarelessOrders {
    private static final Pattern CURSOR = Pattern.compile("\"nextCursor\":\"([^\"]+)\"");
    private static final int ATTEMPTS = 3;

    CarefulOrders(URI uri, String key) {
        super(uri, key);
    }

    @Override
    public String place(String name) throws IOException, InterruptedException {
        String idempotencyKey = UUID.randomUUID().toString();
        for (int attempt = 1; ; attempt++) {
            try {
                HttpResponse<String> answer = post(name, idempotencyKey);
                if (answer.headers().firstValue("Retry-After").isEmpty() || attempt == ATTEMPTS) {
                    return idOf(answer);
                }
                await(answer.headers().firstValueAsLong("Retry-After").orElseThrow());
            } catch (IOException lost) {
                if (attempt == ATTEMPTS) {
                    throw lost;
                }
            }
        }
    }

    @Override
    public List<String> names() throws IOException, InterruptedException {
        List<String> names = new ArrayList<>();
        String path = "/v1/resources";
        while (true) {
            String page = get(path);
            names.addAll(namesOf(page));
            Matcher cursor = CURSOR.matcher(page);
            if (!cursor.find()) {
                return names;
            }
            path = "/v1/resources?cursor=" + cursor.group(1);
        }
    }

    private static void await(long seconds) {
        CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS))
                .join();
    }
}
