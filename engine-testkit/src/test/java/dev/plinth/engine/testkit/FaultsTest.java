package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.client.PlinthClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests what clients on real sockets see of the faults that a test has ordered, and what the engine has done meanwhile. */
@PlinthTest
@Timeout(300)
final class FaultsTest {
    private static final Instant START = Instant.parse("2025-01-01T00:00:00Z");
    private static final String RESOURCES = "/v1/resources";
    private static final int TIMEOUT_MILLIS = 60_000;
    private static final int STARTER_REQUESTS = 60;
    private static final int PARALLEL_ROUNDS = 20;

    private final HttpClient http = HttpClient.newHttpClient();
    private Engine engine;
    private PlinthServer server;
    private PlinthClient client;
    private Faults faults;
    private Door door;

    @BeforeEach
    void open(Engine sharedEngine, PlinthServer ownServer, PlinthClient ownClient, Faults ownFaults) {
        engine = sharedEngine;
        server = ownServer;
        client = ownClient;
        faults = ownFaults;
        door = Door.overHttp(server.uri());
    }

    @Test
    void answer_lost_isGivenToTheRetryUnderTheSameKeyAndNothingIsMadeTwice() throws Exception {
        faults.on("POST", RESOURCES).loseTheAnswer();

        assertThatThrownBy(() -> create("order-1")).isInstanceOf(IOException.class);
        List<Resource> made = client.resources().list().call().data();
        HttpResponse<String> retry = create("order-1");

        assertThat(made).hasSize(1);
        assertThat(retry.statusCode()).isEqualTo(201);
        assertThat(retry.headers().firstValue("Idempotent-Replayed")).hasValue("true");
        assertThat(Json.of(retry.body()).asMap())
                .containsEntry("id", made.get(0).id());
        assertThat(client.resources().list().call().data()).isEqualTo(made);
        faults.assertAllUsed();
    }

    @Test
    void request_lost_isNeverSeenByTheEngine() throws Exception {
        faults.on("POST", RESOURCES).loseTheRequest();

        assertThatThrownBy(() -> create("order-1")).isInstanceOf(IOException.class);
        assertThat(client.resources().list().call().data()).isEmpty();
        HttpResponse<String> retry = create("order-1");

        assertThat(retry.statusCode()).isEqualTo(201);
        assertThat(retry.headers().firstValue("Idempotent-Replayed")).isEmpty();
    }

    @Test
    void connection_broken_isResetOrClosedAsTheFaultSays() throws Exception {
        faults.onAny().loseTheRequest().onAny().loseTheAnswer();
        for (int i = 0; i < 2; i++) {
            assertThatExceptionOfType(SocketException.class)
                    .isThrownBy(this::sent)
                    .withMessageContaining("reset");
        }

        faults.onAny().answerNothing().onAny().answerGarbage();
        assertThat(sent()).isEmpty();
        assertThat(sent()).contains("this is not HTTP").doesNotContain("HTTP/1.1");
        faults.onAny().answerNothing().onAny().answerGarbage();
        assertThatThrownBy(() -> create("order-1")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> create("order-1")).isInstanceOf(IOException.class);

        assertThat(sent()).startsWith("HTTP/1.1 200");
        assertThat(client.resources().list().call().data()).hasSize(1);
    }

    @Test
    void answer_delayed_comesWhenTheTimeIsOverOrTheFaultsAreCleared(WebhookSink sink) throws Exception {
        client.createWebhook(sink.uri().toString(), "resource.created").call();
        faults.on("POST", RESOURCES).delayTheAnswer(Duration.ofMinutes(10));
        CompletableFuture<HttpResponse<String>> late = http.sendAsync(request("order-1"), BodyHandlers.ofString());
        sink.await(1);
        assertThat(late).isNotDone();

        faults.clear();
        assertThat(late.get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS).statusCode()).isEqualTo(201);

        faults.on("POST", RESOURCES).delayTheAnswer(Duration.ofMillis(50));
        long before = System.nanoTime();
        assertThat(create("order-2").statusCode()).isEqualTo(201);
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(50_000_000);
    }

    @Test
    void refusal_429_isWhatAnExhaustedWorkspaceGets() {
        Workspace other = engine.admin().createWorkspace("Other", "starter").call();
        String exhausted = door.key(other.id());
        IntStream.range(0, STARTER_REQUESTS).forEach(i -> door.get(exhausted, RESOURCES));
        faults.on("GET", RESOURCES).refuseWith429(1);

        Reply real = door.get(exhausted, RESOURCES);
        Reply madeUp = door.get(server.apiKey(), RESOURCES);

        assertThat(real.status()).isEqualTo(429);
        assertSame(madeUp, real);
        assertThat(door.get(server.apiKey(), RESOURCES).header("RateLimit"))
                .as("no unit was taken")
                .startsWith("\"starter\";r=59;");
    }

    @Test
    void refusal_503_isWhatAClosingEngineSays() {
        faults.on("GET", RESOURCES).refuseWith503(1);
        try (PlinthTestServer closing = start()) {
            closing.engine().beginDrain();

            Reply real = Door.overHttp(closing.uri()).get(closing.apiKey(), RESOURCES);

            assertThat(real.status()).isEqualTo(503);
            assertSame(door.get(server.apiKey(), RESOURCES), real);
        }
    }

    @Test
    void refusal_500_isWhatAFailingHandlerGetsAndExecutesNothing() {
        PlinthTestServer.Builder breaking = PlinthTestServer.builder()
                .startingAt(START)
                .engine(builder -> builder.operation("break", context -> {
                    throw new IllegalStateException("broken");
                }));
        try (PlinthTestServer other = breaking.start()) {
            String id = other.client().resources().create("R").call().id();
            Door otherDoor = Door.overHttp(other.uri());
            String operation = RESOURCES + "/" + id + "/operations/break";

            Reply real = otherDoor.post(other.apiKey(), operation, "{\"input\":{}}");
            other.faults().on("POST", RESOURCES).refuseWith500();
            Reply madeUp = otherDoor.post(other.apiKey(), RESOURCES, "{\"name\":\"Never\"}");

            assertThat(real.status()).isEqualTo(500);
            assertSame(madeUp, real);
            assertThat(madeUp.header("RateLimit")).contains("r=59");
            assertThat(other.client().resources().list().call().data()).hasSize(1);
        }
    }

    @Test
    void refusals_inTurn_rememberNothingUnderTheKey() throws Exception {
        faults.on("POST", RESOURCES)
                .times(2)
                .refuseWith503(7)
                .on("POST", RESOURCES)
                .refuseWith429(30);

        HttpResponse<String> first = create("order-1");
        assertThat(first.statusCode()).isEqualTo(503);
        assertThat(first.headers().firstValue("Retry-After")).hasValue("7");
        assertThat(create("order-1").statusCode()).isEqualTo(503);
        HttpResponse<String> third = create("order-1");
        assertThat(third.statusCode()).isEqualTo(429);
        assertThat(third.headers().firstValue("Retry-After")).hasValue("30");
        HttpResponse<String> fourth = create("order-1");

        assertThat(fourth.statusCode()).isEqualTo(201);
        assertThat(fourth.headers().firstValue("Idempotent-Replayed")).isEmpty();
    }

    @Test
    void template_withAVariable_meetsOneSegmentOfAnyValueUnderThatMethodOnly() {
        String id = client.resources().create("R").call().id();
        faults.on("GET", RESOURCES + "/{id}").refuseWith503(1);
        String key = server.apiKey();

        assertThat(door.get(key, RESOURCES + "?limit=1").status()).isEqualTo(200);
        assertThat(door.get(key, RESOURCES + "/" + id + "/children").status()).isEqualTo(200);
        Call rename = Call.of("PATCH", RESOURCES + "/" + id).withKey(key).withBody(Json.of("{\"name\":\"S\"}"));
        assertThat(door.send(rename).status()).isEqualTo(200);
        assertThat(door.get(key, RESOURCES + "/" + id + "?x=1").status()).isEqualTo(503);
        assertThat(door.get(key, RESOURCES + "/" + id).status()).isEqualTo(200);
    }

    @Test
    void faults_ofOneWorkspace_meetNoOtherThatRunsBesideIt() {
        try (PlinthTestServer shared = start()) {
            List<CompletableFuture<List<Integer>>> sides = new ArrayList<>();
            for (int status : new int[] {500, 503}) {
                TestWorkspace workspace = new TestWorkspace(shared, "t");
                Faults.Requests half = workspace.faults().onAny().times(PARALLEL_ROUNDS);
                Faults own = status == 500 ? half.refuseWith500() : half.refuseWith503(1);
                sides.add(CompletableFuture.supplyAsync(
                        () -> {
                            Door side = Door.overHttp(workspace.server().uri());
                            List<Integer> answers = IntStream.range(0, 2 * PARALLEL_ROUNDS)
                                    .mapToObj(i -> side.get(workspace.server().apiKey(), RESOURCES)
                                            .status())
                                    .toList();
                            own.assertAllUsed();
                            return answers;
                        },
                        task -> new Thread(task).start()));
            }
            assertThat(sides.get(0).join().subList(0, PARALLEL_ROUNDS)).containsOnly(500);
            assertThat(sides.get(1).join().subList(0, PARALLEL_ROUNDS)).containsOnly(503);
            for (CompletableFuture<List<Integer>> side : sides) {
                assertThat(side.join().subList(PARALLEL_ROUNDS, 2 * PARALLEL_ROUNDS))
                        .containsOnly(200);
            }
        }
    }

    @Test
    void faults_ofAny_leaveTheOperatorAndCallsInProcessAlone() {
        faults.onAny().loseTheRequest();
        assertThat(door.get(server.adminToken(), "/admin/v1/workspaces").status())
                .isEqualTo(200);
        assertThat(door.send(Call.of("GET", "/health/live")).status()).isEqualTo(200);
        assertThat(client.resources().list().call().data()).isEmpty();
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> door.post(server.apiKey(), RESOURCES, "{}"));
    }

    @Test
    void webhooks_ofARequestWhoseAnswerIsLost_arrive(WebhookSink sink) {
        client.createWebhook(sink.uri().toString(), "resource.created").call();
        faults.on("POST", RESOURCES).loseTheAnswer();

        assertThatThrownBy(() -> create("order-1")).isInstanceOf(IOException.class);

        assertThat(sink.await(1)).hasSize(1);
    }

    @Test
    void faults_afterTheirTest_areGone() {
        try (PlinthTestServer shared = start()) {
            TestWorkspace workspace = new TestWorkspace(shared, "t");
            workspace.faults().onAny().refuseWith503(1);
            PlinthServer ended = workspace.server();
            workspace.close();
            assertThat(Door.overHttp(ended.uri()).get(ended.apiKey(), RESOURCES).status())
                    .as("the workspace is suspended")
                    .isEqualTo(403);
        }
    }

    @Test
    void faults_leftOver_areNamedUntilTheyAreCleared() {
        faults.on("POST", RESOURCES).times(2).loseTheAnswer().onAny().refuseWith500();
        door.post(server.apiKey(), "/v1/events", "{\"type\":\"a.b\",\"data\":{}}");

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(faults::assertAllUsed)
                .withMessageContaining("loseTheAnswer for 2 of POST /v1/resources")
                .withMessageNotContaining("refuseWith500");

        faults.clear();
        faults.assertAllUsed();
        assertThat(door.get(server.apiKey(), RESOURCES).status()).isEqualTo(200);
    }

    @Test
    void arguments_outOfRange_areRefusedWithASentence() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> faults.on("GET", "v1"))
                .withMessageContaining("got \"v1\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> faults.on("GET", "/v1?a=b"))
                .withMessageContaining("no query");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> faults.onAny().times(0))
                .withMessageContaining("got 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> faults.onAny().refuseWith429(0))
                .withMessageContaining("got 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> faults.onAny().delayTheAnswer(Duration.ofHours(1)))
                .withMessageContaining("got PT1H");
        faults.assertAllUsed();
    }

    private HttpResponse<String> create(String idempotencyKey) throws Exception {
        return http.send(request(idempotencyKey), BodyHandlers.ofString());
    }

    private HttpRequest request(String idempotencyKey) {
        return HttpRequest.newBuilder(URI.create(server.uri() + RESOURCES))
                .timeout(Duration.ofMillis(TIMEOUT_MILLIS))
                .header("Authorization", "Bearer " + server.apiKey())
                .header("Idempotency-Key", idempotencyKey)
                .POST(BodyPublishers.ofString("{\"name\":\"Order\"}"))
                .build();
    }

    /** Returns what a client that knows no HTTP reads up to the end of the connection. */
    private String sent() throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.uri().getPort())) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            String request = "GET " + RESOURCES + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer "
                    + server.apiKey() + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** The same status, headers and document, but for the ids of the requests and the date. */
    private static void assertSame(Reply actual, Reply expected) {
        assertThat(actual.status()).isEqualTo(expected.status());
        assertThat(without("Date", without("Request-Id", actual)).headers())
                .isEqualTo(without("Date", without("Request-Id", expected)).headers());
        assertThat(actual.text().replace(id(actual), ""))
                .isEqualTo(expected.text().replace(id(expected), ""));
        assertThat(id(actual)).startsWith("req_");
    }

    private static String id(Reply reply) {
        return String.valueOf(reply.header("Request-Id"));
    }

    private static Reply without(String header, Reply reply) {
        Map<String, String> rest = new TreeMap<>(reply.headers());
        rest.remove(header.toLowerCase(Locale.ROOT));
        return Reply.of(reply.status(), rest, reply.body());
    }

    private static PlinthTestServer start() {
        return PlinthTestServer.builder().startingAt(START).start();
    }
}
