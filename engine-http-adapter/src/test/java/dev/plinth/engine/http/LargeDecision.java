package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.JsonApi.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A call that changes thousands of rows: the deletion of a resource with its children, and the deletion and the enabling of an endpoint
 * with its open deliveries. A server that is killed around it has done all of it or nothing, and finishes what it has answered.
 */
final class LargeDecision {
    private static final int THREADS = 8;
    private static final int SAMPLE = 20;
    private static final int HELD_MAX = 1_000; // of an endpoint; it misses the rest until it is enabled
    private static final long FINISHED_SECONDS = 900;

    /** The calls. */
    enum Kind {
        DELETE_PARENT,
        DELETE_ENDPOINT,
        ENABLE_ENDPOINT
    }

    private final JsonApi api;
    private final EventHistory history;
    private final WebhookCatcher catcher;
    private final Kind kind;
    private final int size;
    private final Set<String> made = new HashSet<>();
    private final List<String> deliveries = new ArrayList<>();
    private String path = "";
    private String key = "";
    private volatile boolean acknowledged;

    /** Makes what the call will change: a resource with so many children, or an endpoint with so many held deliveries. */
    LargeDecision(JsonApi api, EventHistory history, WebhookCatcher catcher, Kind kind, int size)
            throws IOException, InterruptedException, ExecutionException {
        this.api = api;
        this.history = history;
        this.catcher = catcher;
        this.kind = kind;
        this.size = size;
        if (kind == Kind.DELETE_PARENT) {
            makeParent();
        } else {
            makeEndpoint();
        }
    }

    private void makeParent() throws IOException, InterruptedException, ExecutionException {
        path = "/v1/resources/" + made(api.send("POST", "/v1/resources", "", "{\"name\":\"parent\"}"));
        key = "delete-" + path;
        makeAll(path + "/children", "{\"name\":\"child\"}");
        assertThat(api.send("POST", path + "/archive", "", "").status()).isEqualTo(200);
    }

    private void makeEndpoint() throws IOException, InterruptedException, ExecutionException {
        // Endpoints that were enabled earlier want other events.
        String type = "flood.n" + System.nanoTime();
        String id = made(api.send(
                "POST",
                "/v1/webhook-endpoints",
                "",
                "{\"url\":\"" + catcher.uri() + "\",\"types\":[\"" + type + "\"]}"));
        path = "/v1/webhook-endpoints/" + id;
        key = "change-" + path;
        assertThat(api.send("PATCH", path, "", "{\"status\":\"disabled\"}").status())
                .isEqualTo(200);
        makeAll("/v1/events", "{\"type\":\"" + type + "\",\"data\":{}}");
        for (Map<String, Object> delivery : JsonApi.entries(api.page(path + "/deliveries", ""))) {
            deliveries.add("/v1/deliveries/" + delivery.get("id"));
        }
    }

    private void makeAll(String where, String body) throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<String>> makers = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                makers.add(threads.submit(() -> made(api.send("POST", where, "", body))));
            }
            for (Future<String> one : makers) {
                made.add(one.get());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static String made(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        return String.valueOf(answer.json().get("id"));
    }

    /** Sends the call; the server may go while it waits for the answer. */
    void send() throws IOException, InterruptedException {
        Answer answer = kind == Kind.ENABLE_ENDPOINT
                ? api.send("PATCH", path, key, "{\"status\":\"enabled\"}")
                : api.send("DELETE", path, key, "");
        if (!answer.isFailure()) {
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            acknowledged = true;
        }
    }

    /** Checks that all of it has happened, or nothing of it; what has not happened is sent again. */
    void check() throws IOException, InterruptedException {
        Answer now = api.get(path);
        if (kind == Kind.ENABLE_ENDPOINT) {
            assertThat(now.status()).isEqualTo(200);
        } else {
            assertThat(now.status()).isIn(200, 404);
        }
        boolean happened =
                kind == Kind.ENABLE_ENDPOINT ? "enabled".equals(now.json().get("status")) : now.status() == 404;
        assertThat(happened || !acknowledged)
                .as("%s of %s, which was acknowledged, has happened", kind, path)
                .isTrue();
        if (!happened) {
            checkNothing();
            send();
        }
        assertThat(acknowledged || happened).isTrue();
        checkAnswered();
    }

    private void checkNothing() throws IOException, InterruptedException {
        if (kind == Kind.DELETE_PARENT) {
            assertThat(api.all(path + "/children").size())
                    .as("children of %s", path)
                    .isEqualTo(size);
            history.read();
            assertThat(deleted())
                    .as("deleted children of %s, which is there", path)
                    .isEmpty();
        } else {
            assertThat(api.all(path + "/deliveries?status=held").size())
                    .as("held deliveries of %s", path)
                    .isEqualTo(Math.min(size, HELD_MAX));
            assertThat(api.get(path).json().containsKey("missedSince"))
                    .as("%s misses the events beyond those", path)
                    .isEqualTo(size > HELD_MAX);
        }
    }

    /** Checks what has to be seen from the answer on, whether the background was there yet or not. */
    private void checkAnswered() throws IOException, InterruptedException {
        switch (kind) {
            case DELETE_PARENT -> {
                assertThat(api.get(path).status()).isEqualTo(404);
                assertThat(api.get(path + "/children").status()).isEqualTo(404);
                for (String child : made.stream().limit(SAMPLE).toList()) {
                    assertThat(api.get(path + "/children/" + child).status()).isEqualTo(404);
                }
            }
            case DELETE_ENDPOINT -> {
                assertThat(api.get(path + "/deliveries").status()).isEqualTo(404);
                for (String delivery : deliveries) {
                    assertThat(api.get(delivery).json().get("status"))
                            .as("status of %s, whose endpoint is deleted", delivery)
                            .isEqualTo("dropped");
                }
            }
            case ENABLE_ENDPOINT ->
                assertThat(api.get(path).json().get("status")).isEqualTo("enabled");
        }
    }

    /** Waits until the background is done, and checks that it has done all, once and in order. */
    void finish() throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(FINISHED_SECONDS);
        while (!isDone()) {
            assertThat(System.nanoTime())
                    .as("time until %s of %s is done", kind, path)
                    .isLessThan(end);
            synchronized (made) {
                TimeUnit.MILLISECONDS.timedWait(made, 100);
            }
        }
        if (kind == Kind.DELETE_PARENT) {
            history.read();
            List<Integer> children = deleted();
            assertThat(children.size())
                    .as("events of deleted children of %s", path)
                    .isEqualTo(size);
            assertThat(parentDeleted()).as("place of the end of %s", path).isGreaterThan(children.get(size - 1));
        }
        if (kind == Kind.DELETE_ENDPOINT) {
            assertThat(catcher.received(made))
                    .as("webhooks of an endpoint that was disabled and deleted")
                    .isZero();
        }
    }

    private boolean isDone() throws IOException, InterruptedException {
        if (kind == Kind.DELETE_PARENT) {
            history.read();
            return parentDeleted() >= 0;
        }
        return kind == Kind.DELETE_ENDPOINT || catcher.received(made) == size;
    }

    private List<Integer> deleted() {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < history.size(); i++) {
            Map<String, Object> event = history.at(i);
            if (event.get("type").equals("child.deleted")
                    && made.contains(String.valueOf(EventHistory.data(event).get("id")))) {
                places.add(i);
            }
        }
        return places;
    }

    private int parentDeleted() {
        String id = path.substring(path.lastIndexOf('/') + 1);
        for (int i = history.size() - 1; i >= 0; i--) {
            Map<String, Object> event = history.at(i);
            if (event.get("type").equals("resource.deleted")
                    && id.equals(EventHistory.data(event).get("id"))) {
                return i;
            }
        }
        return -1;
    }
}
