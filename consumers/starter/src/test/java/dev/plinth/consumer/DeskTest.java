package dev.plinth.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.settings.FirstStart;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.client.PlinthClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The starter in an application: beans that handle, the wire, the actuator and the end. */
class DeskTest {
    /** Less than the 30 s for which the long poll would wait. */
    private static final Duration CLOSED_WITHIN = Duration.ofSeconds(5);

    private static final int CALLERS = 4;

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    private Path directory;

    private ConfigurableApplicationContext desk;
    private PlinthClient client;
    private String uri;
    private String key;
    private String workspace;

    @BeforeEach
    void start() {
        run("0");
        FirstStart first = desk.getBean(Engine.class).firstStart().orElseThrow();
        key = first.key();
        workspace = first.workspaceId();
    }

    private void run(String port) {
        desk = SpringApplication.run(
                DeskApplication.class,
                "--server.port=" + port,
                "--server.shutdown=graceful",
                "--plinth.store.directory=" + directory,
                "--plinth.create-default-workspace=true",
                "--plinth.plans.starter=100000",
                "--plinth.wire.enabled=true",
                "--management.endpoint.health.show-details=always",
                "--management.endpoints.web.exposure.include=*");
        client = desk.getBean(PlinthClient.class);
        uri = "http://127.0.0.1:" + desk.getEnvironment().getProperty("local.server.port");
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void engine_ofThisBuild_isThePublishedOne() throws Exception {
        String version = Engine.class.getPackage().getImplementationVersion();
        assertThat(version).isNotNull();
        assertThat(send("GET", "/actuator/info", "").body()).contains("\"plinth\":{\"version\":\"" + version + "\"}");
    }

    @Test
    void wire_create_isAnsweredOnceByTheApplicationsServer() throws Exception {
        HttpResponse<String> made = send("POST", "/v1/resources", "{\"name\":\"A\"}", "Idempotency-Key", "k-1");
        HttpResponse<String> again = send("POST", "/v1/resources", "{\"name\":\"A\"}", "Idempotency-Key", "k-1");

        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(again.body()).isEqualTo(made.body());
        assertThat(made.headers().map()).containsKeys("etag", "location", "ratelimit");
        String location = made.headers().firstValue("location").orElseThrow();
        HttpResponse<String> shown = send("GET", location, "");
        assertThat(shown.body()).isEqualTo(made.body());
        assertThat(send(
                                "GET",
                                location,
                                "",
                                "If-None-Match",
                                shown.headers().firstValue("etag").orElseThrow())
                        .statusCode())
                .isEqualTo(304);
        assertThat(send("PATCH", location, "{\"name\":\"B\"}", "Content-Type", "application/merge-patch+json")
                        .body())
                .contains("\"B\"");
        assertThat(send("PATCH", location, "{\"name\":\"C\"}", "Content-Type", "application/x-www-form-urlencoded")
                        .body())
                .as("as curl sends it")
                .contains("\"C\"");
        assertThat(send("POST", location + "/archive", "").statusCode()).isEqualTo(200);
        assertThat(send("DELETE", location, "").body()).contains("\"deleted\":true");
    }

    @Test
    void wire_refusals_areProblems() throws Exception {
        assertThat(send("GET", "/v1/nothing", "").body()).contains("route_not_found");
        HttpResponse<String> stranger = http.send(
                HttpRequest.newBuilder(URI.create(uri + "/v1/resources")).build(), BodyHandlers.ofString());
        assertThat(stranger.statusCode()).isEqualTo(401);
        assertThat(stranger.headers().firstValue("content-type")).contains("application/problem+json");
        assertThat(send("POST", "/v1/resources", "{\"name\":\"" + "x".repeat(300_000) + "\"}")
                        .statusCode())
                .isEqualTo(413);
        assertThat(send("GET", "/admin/v1/workspaces", "").statusCode())
                .as("the operator's routes are not served")
                .isEqualTo(404);
    }

    @Test
    void wire_jobOfABean_isAwaited() throws Exception {
        String started = send("POST", "/v1/jobs", "{\"type\":\"greet\",\"input\":{\"name\":\"Ada\"}}")
                .body();
        String id = (String) Json.of(started).asMap().get("job_id");

        assertThat(send("GET", "/v1/jobs/" + id + "?wait=30", "").body()).contains("Hello Ada");
        Job job = client.job(id).call();
        assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
    }

    @Test
    void wire_operationOfABean_runs() throws Exception {
        String id = client.resources().create("A").call().id();
        assertThat(send("POST", "/v1/resources/" + id + "/operations/shout", "{}")
                        .body())
                .contains("A!");
    }

    @Test
    void listenerOfABean_seesTheEvent() throws Exception {
        client.resources().create("A").call();
        assertThat(desk.getBean(Desk.class).seen.poll(60, TimeUnit.SECONDS)).isEqualTo("resource.created");
    }

    @Test
    void wire_stream_sendsAnEventThatHappensLater() throws Exception {
        HttpResponse<InputStream> stream =
                http.send(request("GET", "/v1/events/stream", ""), BodyHandlers.ofInputStream());
        assertThat(stream.statusCode()).isEqualTo(200);
        client.resources().create("Later").call();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            assertThat(lines.lines().filter(line -> line.contains("Later")).findFirst())
                    .isPresent();
        }
    }

    @Test
    void refusalInAController_isTheProblemOfTheWire() throws Exception {
        HttpResponse<String> refused = send("POST", "/tickets/res_none/pause", "");
        assertThat(refused.statusCode()).isEqualTo(404);
        assertThat(refused.headers().firstValue("content-type")).contains("application/problem+json");
        assertThat(Json.of(refused.body()).asMap())
                .containsEntry("code", "not_found")
                .containsEntry("type", "https://plinth.dev/problems/not_found")
                .containsKey("requestId");
    }

    @Test
    void actuator_showsTheEngine() throws Exception {
        Map<?, ?> health = Json.of(send("GET", "/actuator/health", "").body()).asMap();
        assertThat(((Map<?, ?>) health.get("components")).get("plinth")).isEqualTo(Map.of("status", "UP"));
        assertThat(send("GET", "/actuator/metrics/plinth.healthy", "").body()).contains("\"value\":1");
    }

    @Test
    void close_underLoadWithALongPollOpen_isQuickAndLosesNothing() throws Exception {
        CompletableFuture<HttpResponse<String>> poll = http.sendAsync(
                request("POST", "/v1/jobs/lease", "{\"types\":[\"render\"],\"wait\":30}"), BodyHandlers.ofString());
        Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
        CountDownLatch warm = new CountDownLatch(CALLERS * 3);
        List<CompletableFuture<Void>> callers = IntStream.range(0, CALLERS)
                .mapToObj(caller -> CompletableFuture.runAsync(() -> callUntilRefused(caller, acknowledged, warm)))
                .toList();
        assertThat(warm.await(60, TimeUnit.SECONDS)).isTrue();

        long begun = System.nanoTime();
        desk.close();
        Duration took = Duration.ofNanos(System.nanoTime() - begun);

        assertThat(took).isLessThan(CLOSED_WITHIN);
        assertThat(poll.get(60, TimeUnit.SECONDS).statusCode())
                .as("the call that waited is answered, not cut off")
                .isIn(200, 503);
        CompletableFuture.allOf(callers.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        assertThat(acknowledged).isNotEmpty();
        try (Engine again = Engine.open(directory)) {
            for (String id : acknowledged) {
                assertThat(again.workspace(workspace).resources().get(id).call().id())
                        .isEqualTo(id);
            }
        }
    }

    @Test
    void restart_underLoad_failsNoCallAndLosesNoJob() throws Exception {
        AtomicBoolean stopped = new AtomicBoolean();
        Queue<String> jobs = new ConcurrentLinkedQueue<>();
        AtomicInteger calls = new AtomicInteger();
        List<CompletableFuture<Void>> callers = IntStream.range(0, CALLERS)
                .mapToObj(caller -> CompletableFuture.runAsync(() -> {
                    for (int i = 0; !stopped.get(); i++) {
                        calls.incrementAndGet();
                        jobs.add(startUntilTaken(caller + "-" + i));
                    }
                }))
                .toList();
        awaitMore(jobs, CALLERS * 5);

        long begun = System.nanoTime();
        desk.close();
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        run(URI.create(uri).getPort() + "");
        awaitMore(jobs, CALLERS * 5);
        stopped.set(true);
        CompletableFuture.allOf(callers.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);

        assertThat(took).isLessThan(CLOSED_WITHIN);
        assertThat(jobs).hasSize(calls.get()).doesNotHaveDuplicates();
        for (String id : jobs) {
            assertThat(client.awaitJob(id, Duration.ofSeconds(60)).status()).isEqualTo(JobStatus.SUCCEEDED);
        }
    }

    private static void awaitMore(Queue<String> jobs, int more) {
        int until = jobs.size() + more;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (jobs.size() < until) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** Starts a job under one key. While no server is there the call is sent again; any other refusal is a failure. */
    private String startUntilTaken(String idempotencyKey) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        String body = "{\"type\":\"greet\",\"input\":{\"name\":\"" + idempotencyKey + "\"}}";
        while (true) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            try {
                HttpResponse<String> answer = send("POST", "/v1/jobs", body, "Idempotency-Key", idempotencyKey);
                if (answer.statusCode() != 503) {
                    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
                    return (String) Json.of(answer.body()).asMap().get("job_id");
                }
            } catch (IOException noServer) {
                Thread.onSpinWait();
            } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
        }
    }

    private void callUntilRefused(int caller, Queue<String> acknowledged, CountDownLatch warm) {
        try {
            for (int i = 0; ; i++) {
                HttpResponse<String> answer = send("POST", "/v1/resources", "{\"name\":\"" + caller + "-" + i + "\"}");
                if (answer.statusCode() != 201) {
                    return;
                }
                acknowledged.add((String) Json.of(answer.body()).asMap().get("id"));
                warm.countDown();
            }
        } catch (IOException refused) {
            return;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpResponse<String> send(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        return http.send(request(method, path, body, headers), BodyHandlers.ofString());
    }

    private HttpRequest request(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri + path))
                .header("Authorization", "Bearer " + key)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!body.isEmpty() && !List.of(headers).contains("Content-Type")) {
            request.header("Content-Type", "application/json");
        }
        return headers.length == 0 ? request.build() : request.headers(headers).build();
    }
}
