package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.Patience;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.settings.ManualClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The {@code tracestate} of a call goes with its jobs, its events and their webhooks, also over a restart. */
@Timeout(120)
class TraceStateTest {
    private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final List<String> STATES = List.of("congo=t61rcWkgMzE", "rojo=1 , other=2");
    private static final String COMBINED = "congo=t61rcWkgMzE,rojo=1,other=2";

    private final HttpClient http = HttpClient.newHttpClient();
    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    private final WebhookRecorder receiver = new WebhookRecorder(500);
    private final Map<String, Optional<TraceParent>> given = new ConcurrentHashMap<>();

    @TempDir
    private Path data;

    TraceStateTest() throws IOException {}

    @AfterEach
    void close() {
        receiver.close();
    }

    @Test
    void state_ofACall_isInJobsAndWebhooksAfterARestart() throws Exception {
        try (Engine engine = open()) {
            String key = key(engine);
            post(engine, key, "/v1/webhook-endpoints", """
                    {"url": "%s", "types": ["resource.created", "job.succeeded"], "headers": {"TraceState": "own=1"}}
                    """.formatted(receiver.uri()), List.of());
            post(engine, key, "/v1/resources", "{\"name\":\"a\"}", STATES);
            post(
                    engine,
                    key,
                    "/v1/jobs",
                    "{\"type\":\"ship\",\"input\":{},\"runAt\":\"2026-01-01T06:00:00Z\"}",
                    STATES);
            Patience.until(() -> attempts("resource.created") > 0);
        }
        int before = attempts("resource.created");
        try (Engine reopened = open()) {
            assertThat(reopened).isNotNull();
            Patience.until(() -> {
                clock.advance(Duration.ofMinutes(30));
                return attempts("resource.created") > before && attempts("job.succeeded") > 0;
            });
        }
        assertThat(given.get("ship").orElseThrow().state()).isEqualTo(COMBINED);
        assertThat(receiver.received()).allSatisfy(webhook -> {
            assertThat(webhook.header("traceparent")).startsWith(PARENT.substring(0, 36));
            assertThat(webhook.header("tracestate")).isEqualTo(COMBINED);
        });
    }

    @Test
    void state_malformedOrWithoutATrace_isDroppedAlone() throws Exception {
        try (Engine engine = open()) {
            String key = key(engine);
            engine.client(key).createWebhook(receiver.uri(), "resource.created").call();
            post(engine, key, "/v1/resources", "{\"name\":\"a\"}", List.of("foo=1", "Bar=2"));
            Patience.until(() -> attempts("resource.created") > 0);
            WebhookRecorder.Received webhook = receiver.received().get(0);
            assertThat(webhook.header("traceparent")).startsWith(PARENT.substring(0, 36));
            assertThat(webhook.headers()).doesNotContainKey("tracestate");
        }
    }

    private Engine open() {
        return Engine.builder()
                .directory(data)
                .testClock(clock)
                .webhookAllow("127.0.0.0/8")
                .jobHandler("ship", job -> {
                    given.put("ship", job.traceParent());
                    return Json.EMPTY_OBJECT;
                })
                .open();
    }

    private static String key(Engine engine) {
        String workspace = engine.admin().createWorkspace("acme", "pro").call().id();
        return engine.admin().createKey(workspace, "test").call().secret().orElseThrow();
    }

    private void post(Engine engine, String key, String path, String body, List<String> states) throws Exception {
        try (EngineServer server = EngineServer.builder(engine).port(0).start()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                    .header("Authorization", "Bearer " + key)
                    .header("traceparent", PARENT)
                    .POST(BodyPublishers.ofString(body));
            states.forEach(state -> request.header("tracestate", state));
            assertThat(http.send(request.build(), BodyHandlers.ofString()).statusCode())
                    .isBetween(200, 202);
        }
        clock.advance(Duration.ZERO);
    }

    private int attempts(String type) {
        return (int) receiver.received().stream()
                .filter(webhook -> new String(webhook.body(), StandardCharsets.UTF_8).contains("\"" + type + "\""))
                .count();
    }
}
