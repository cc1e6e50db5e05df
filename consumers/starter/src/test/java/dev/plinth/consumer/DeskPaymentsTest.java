package dev.plinth.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.settings.FirstStart;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.client.PlinthClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A guarded controller whose reply starts a job, a job whose end makes a shipment and an event, and a receiver that
 * verifies the webhook of that event: at rest, and while the application is stopped and started again.
 */
class DeskPaymentsTest {
    /** The bound that the starter promises; less than the 30 s for which the long poll would wait. */
    private static final Duration CLOSED_WITHIN = Duration.ofSeconds(5);

    private static final int CALLERS = 4;

    @TempDir
    private Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private ConfigurableApplicationContext desk;
    private PlinthClient client;
    private DeskCalls calls;
    private Shipments shipments;

    @BeforeEach
    void start() throws Exception {
        run("0");
        FirstStart first = desk.getBean(Engine.class).firstStart().orElseThrow();
        calls = new DeskCalls(
                http, "http://127.0.0.1:" + desk.getEnvironment().getProperty("local.server.port"), first.key());
        shipments = Shipments.open();
        shipments.trust(client.createWebhook(shipments.uri(), "order.shipped")
                .call()
                .secret()
                .orElseThrow());
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
                "--plinth.webhooks.allow=127.0.0.0/8");
        client = desk.getBean(PlinthClient.class);
    }

    @AfterEach
    void close() {
        desk.close();
        shipments.close();
    }

    @Test
    void payment_repeatedUnderItsKey_isReplayedAndShipsOnce() throws Exception {
        HttpResponse<String> paid = calls.send("POST", "/payments/A-1", "", "Idempotency-Key", "pay-A-1");
        HttpResponse<String> again = calls.send("POST", "/payments/A-1", "", "Idempotency-Key", "pay-A-1");

        assertThat(paid.statusCode()).as(paid.body()).isEqualTo(200);
        assertThat(paid.headers().map()).doesNotContainKey("idempotent-replayed");
        assertThat(again.headers().firstValue("idempotent-replayed")).contains("true");
        assertThat(again.body()).isEqualTo(paid.body());
        assertThat(desk.getBean(DeskApplication.PaymentsController.class).runs).hasValue(1);
        String shipment = shipmentOf(paid.body());
        awaitThat(() -> shipments.verified.contains(shipment));
        assertThat(shipments.verified).containsExactly(shipment);
        assertThat(shipments.refused).isEmpty();
        assertThat(client.resources().list().call().data())
                .extracting(each -> each.name())
                .containsExactlyInAnyOrder("A-1", "Shipment of " + member(paid.body(), "order"));
    }

    @Test
    void payment_withoutAKeyOfTheEngine_reachesNoController() throws Exception {
        DeskCalls stranger = new DeskCalls(http, calls.uri(), "sk_live_nobody");

        assertThat(stranger.send("POST", "/payments/A-1", "", "Idempotency-Key", "k").statusCode())
                .isEqualTo(401);
        assertThat(calls.send("POST", "/payments/A-1", "").statusCode())
                .as("no idempotency key")
                .isEqualTo(400);
        assertThat(desk.getBean(DeskApplication.PaymentsController.class).runs).hasValue(0);
    }

    /**
     * A failed call is one that has another answer than 200, or none within a minute. Its client repeats it under its
     * key while the connection is refused and after 503.
     */
    @Test
    void rollingRestart_underLoad_failsNoPaymentAndLosesNoJobAndNoWebhook() throws Exception {
        AtomicBoolean stopped = new AtomicBoolean();
        AtomicInteger begun = new AtomicInteger();
        Queue<String> failed = new ConcurrentLinkedQueue<>();
        Queue<String> paid = new ConcurrentLinkedQueue<>();
        List<CompletableFuture<Void>> callers = IntStream.range(0, CALLERS)
                .mapToObj(caller -> CompletableFuture.runAsync(() -> {
                    for (int i = 0; !stopped.get(); i++) {
                        begun.incrementAndGet();
                        pay(caller + "-" + i, paid, failed);
                    }
                }))
                .toList();
        CompletableFuture<HttpResponse<String>> poll =
                calls.begin("POST", "/v1/jobs/lease", "{\"types\":[\"render\"],\"wait\":30}");
        awaitMore(paid);

        Duration first = restart();
        awaitMore(paid);
        Duration second = restart();
        awaitMore(paid);
        stopped.set(true);
        CompletableFuture.allOf(callers.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);

        assertThat(first).isLessThan(CLOSED_WITHIN);
        assertThat(second).isLessThan(CLOSED_WITHIN);
        assertThat(poll.get(60, TimeUnit.SECONDS).statusCode())
                .as("the call that waited is answered, not cut off")
                .isIn(200, 503);
        assertThat(failed).isEmpty();
        assertThat(paid).hasSize(begun.get());
        Set<String> shipped = new HashSet<>();
        for (String reply : paid) {
            assertThat(shipped.add(shipmentOf(reply))).as(reply).isTrue();
        }
        awaitThat(() -> shipments.verified.containsAll(shipped));
        assertThat(shipments.verified).as("no job ended twice").isEqualTo(shipped);
        assertThat(shipments.refused).isEmpty();
    }

    private Duration restart() {
        long begun = System.nanoTime();
        desk.close();
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        run(String.valueOf(URI.create(calls.uri()).getPort()));
        return took;
    }

    private void pay(String order, Queue<String> paid, Queue<String> failed) {
        try {
            HttpResponse<String> answer = calls.sendUntilAnswered("POST", "/payments/" + order, order);
            (answer.statusCode() == 200 ? paid : failed).add(answer.body());
        } catch (Exception e) {
            failed.add(order + ": " + e);
        }
    }

    /** Awaits the job of a payment, and returns the shipment that its effects have made and its order names. */
    private String shipmentOf(String reply) throws InterruptedException, TimeoutException {
        Job job = client.awaitJob(member(reply, "job"), Duration.ofSeconds(60));
        assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
        Json shipped = job.result().orElseThrow();
        assertThat(client.resources().get(member(reply, "order")).call().data()).isEqualTo(shipped);
        String shipment = member(shipped.toString(), "shipment");
        assertThat(client.resources().get(shipment).call().name()).isEqualTo("Shipment of " + member(reply, "order"));
        return shipment;
    }

    private static String member(String object, String name) {
        return (String) Json.of(object).asMap().get(name);
    }

    private static void awaitMore(Queue<String> paid) throws InterruptedException {
        int until = paid.size() + CALLERS * 5;
        awaitThat(() -> paid.size() >= until);
    }

    private static void awaitThat(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            boolean unused = new CountDownLatch(1).await(5, TimeUnit.MILLISECONDS);
        }
    }
}
