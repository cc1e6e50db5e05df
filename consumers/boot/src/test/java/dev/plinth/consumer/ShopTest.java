package dev.plinth.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.standardwebhooks.Webhook;
import dev.plinth.engine.Engine;
import dev.plinth.engine.api.AcceptedJob;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.WebhookEndpoint;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.http.EngineServer;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.util.VersionInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The engine inside a Spring Boot application: a webhook, a job, a schema, both web servers, and the end. */
class ShopTest {
    /** Less than the 10 s that a server grants to requests in flight, and than the 30 s for which the long poll would wait. */
    private static final Duration CLOSED_WITHIN = Duration.ofSeconds(9);
    /** As many as were acknowledged may be read again: their workspace may have used up its units. */
    private static final int UNITS = 1_000_000;
    private static final int CALLERS = 8;

    @TempDir
    private Path directory;

    private ConfigurableApplicationContext shop;
    private PlinthClient client;
    private Calls calls;

    @BeforeEach
    void start() {
        shop = SpringApplication.run(ShopApplication.class, "--shop.data=" + directory, "--server.port=0");
        client = shop.getBean(PlinthClient.class);
        calls = new Calls(
                HttpClient.newHttpClient(),
                "http://127.0.0.1:" + shop.getEnvironment().getProperty("local.server.port"),
                shop.getBean(EngineServer.class).uri().toString(),
                shop.getBean(ApiKey.class).secret().orElseThrow());
    }

    @AfterEach
    void close() {
        shop.close();
    }

    @Test
    void engine_ofThisBuild_isThePublishedOne() {
        assertThat(Engine.class.getProtectionDomain().getCodeSource().getLocation().getPath())
                .endsWith(".jar");
        assertThat(VersionInfo.loadVersionInfo("org.apache.hc.client5", null).getRelease())
                .as("the application's own HttpClient")
                .startsWith("5.5.");
    }

    @Test
    void webhook_sent_isSignedAsTheStandardSays() throws Exception {
        try (Receiver receiver = Receiver.open()) {
            WebhookEndpoint endpoint =
                    client.createWebhook(receiver.uri(), "resource.created").call();

            String order = calls.place("order-1").orElseThrow();

            Receiver.Request request = receiver.next();
            new Webhook(endpoint.secret().orElseThrow()).verify(request.body(), request.headers());
            assertThat(request.body()).contains(order);
        }
    }

    @Test
    void job_started_runs() {
        AcceptedJob started = client.startJob("greet", Json.of(Map.of("name", "Ada"))).call();
        Job job = client.job(started.jobId(), Duration.ofSeconds(30)).call();
        assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(job.result().orElseThrow().asMap()).containsEntry("text", "Hello Ada");
    }

    @Test
    void order_ofNoPieces_isRefusedByItsSchema() {
        NewResource none = NewResource.of("none").ofType("order").withData(Json.of("{\"pieces\":0}"));
        assertThatExceptionOfType(PlinthException.class)
                .isThrownBy(() -> client.resources().create(none).call())
                .withMessageContaining("/data/pieces");
    }

    @Test
    void order_placedOverSpring_isReadOverTheEnginesOwnServer() throws Exception {
        String order = calls.place("order-2").orElseThrow();
        assertThat(calls.read(order).body()).contains("order-2");
    }

    @Test
    void clientOfTheApplication_besideTheEngines_works() throws Exception {
        try (CloseableHttpClient own = HttpClients.createDefault()) {
            HttpGet get = new HttpGet(shop.getBean(EngineServer.class).uri() + "/health/live");
            int status = own.execute(get, response -> response.getCode());
            assertThat(status).isEqualTo(200);
        }
    }

    @Test
    void close_underLoadWithALongPollOpen_isQuickAndLosesNothingThatWasAcknowledged() throws Exception {
        CompletableFuture<HttpResponse<String>> poll = calls.lease();
        List<Caller> callers = Stream.concat(
                        IntStream.range(0, CALLERS).mapToObj(i -> Caller.start(n -> calls.place("s" + i + "-" + n))),
                        IntStream.range(0, CALLERS).mapToObj(i -> Caller.start(n -> calls.create("e" + i + "-" + n))))
                .toList();
        for (Caller caller : callers) {
            caller.awaitAcknowledged(3);
        }

        long begun = System.nanoTime();
        shop.close();
        Duration took = Duration.ofNanos(System.nanoTime() - begun);

        assertThat(took).isLessThan(CLOSED_WITHIN);
        assertThat(poll.get(60, TimeUnit.SECONDS).statusCode())
                .as("the call that waited is answered, not cut off")
                .isIn(200, 503);
        try (Engine again = Engine.builder()
                .directory(directory)
                .plan(Plan.perMinute("business", UNITS))
                .open()) {
            PlinthClient reader = again.client(calls.apiKey());
            for (Caller caller : callers) {
                for (String id : caller.acknowledged()) {
                    assertThat(reader.resources().get(id).call().id()).isEqualTo(id);
                }
            }
        }
    }
}
