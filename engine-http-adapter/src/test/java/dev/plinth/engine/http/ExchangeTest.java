package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.call.FramingLimits;
import dev.plinth.engine.http.connection.Deadlines;
import dev.plinth.engine.http.filter.BrokenConnection;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests what the engine gets to see of a request, and a client of a reply. */
class ExchangeTest {
    private static final int TOO_LARGE = FakeCallService.BODY_BYTES_MAX + 1;

    private static final int REFUSALS_HELD = 3;

    private final FakeCallService calls = new FakeCallService();
    private EngineServer server;
    private RawClient client;

    @BeforeEach
    void start() throws IOException {
        server = EngineServer.start((executor, audiences) -> calls, "127.0.0.1", 0, Deadlines.STANDARD);
        client = new RawClient(server.port());
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    private void answer(int status, Map<String, String> headers, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        calls.answer = call -> CompletableFuture.completedFuture(Reply.of(status, headers, bytes));
    }

    private RawReply get(String target) throws IOException {
        return client.send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n").read();
    }

    private static String chunked(String headers, String body) {
        return "POST /v1/resources HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" + headers + "\r\n"
                + Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n";
    }

    private static String post(String headers, String body) {
        return "POST /v1/resources HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n" + headers + "\r\n"
                + body;
    }

    @Test
    void reply_whoseHeadIsTooLong_isAFaultOfTheServer() throws IOException {
        answer(200, Map.of("X-Long", "a".repeat(100_000)), "done");

        RawReply reply = get("/");

        assertThat(reply.status()).isEqualTo(500);
        assertThat(reply.text()).contains("internal_error");
    }

    @Test
    void call_withQueryAndHeaders_arrivesAsSent() throws IOException {
        client.send("PATCH /v1/r%C3%A9s?a=%20b&c HTTP/1.1\r\nHost: a\r\nIf-Match: \"v1\"\r\nif-match: \"v2\"\r\n"
                        + "X-Upper: Y\r\nContent-Length: 2\r\n\r\n{}")
                .read();

        Call call = calls.calls.get(0);
        assertThat(call.method()).isEqualTo("PATCH");
        assertThat(call.path()).isEqualTo("/v1/r%C3%A9s");
        assertThat(call.query()).isEqualTo("a=%20b&c");
        assertThat(call.headers())
                .containsEntry("if-match", "\"v1\", \"v2\"")
                .containsEntry("x-upper", "Y")
                .containsEntry("host", "a");
        assertThat(call.body()).asString(StandardCharsets.UTF_8).isEqualTo("{}");
        assertThat(call.bodyTooLarge()).isFalse();
        assertThat(call.scheme()).isEqualTo("http");
    }

    /** A call with many headers has another map than one with few. */
    @ParameterizedTest
    @ValueSource(ints = {0, 10, 11, 60})
    void headers_repeated_areJoinedInTheOrderOfTheirNames(int others) throws IOException {
        StringBuilder sent = new StringBuilder();
        List<Map.Entry<String, String>> expected = new ArrayList<>(List.of(
                Map.entry("host", "a"),
                Map.entry("idempotency-key", "a,b\nc"),
                Map.entry("if-match", "\"v1\", \"v2\"")));
        for (int i = 0; i < others; i++) {
            sent.append("X-").append(i).append(": ").append(i).append("\r\n");
            expected.add(Map.entry("x-" + i, String.valueOf(i)));
        }

        client.send("GET / HTTP/1.1\r\nHost: a\r\nIdempotency-Key: a,b\r\nIf-Match: \"v1\"\r\nPlinth-Forwarded: n\r\n"
                        + "IDEMPOTENCY-KEY: c\r\n" + sent + "if-match: \"v2\"\r\n\r\n")
                .read();

        Map<String, String> headers = calls.calls.get(0).headers();
        assertThat(List.copyOf(headers.entrySet())).isEqualTo(expected);
        assertThat(headers).hasSize(expected.size()).containsKey("host").doesNotContainKeys("Host", "plinth-forwarded");
        assertThat(headers.get("if-match")).isEqualTo("\"v1\", \"v2\"");
        assertThat(headers.get("accept")).isNull();
    }

    @Test
    void call_endingWithABrokenConnection_getsTheBytesAndNoMore() throws IOException {
        byte[] bytes = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc".getBytes(StandardCharsets.UTF_8);
        calls.answer = call -> CompletableFuture.failedFuture(BrokenConnection.closedAfter(bytes));

        assertThat(get("/").text()).isEqualTo("abc");
        assertThat(client.isAtEnd()).isTrue();
    }

    @Test
    void call_endingWithAReset_resetsTheConnectionOfThatClientOnly() throws IOException {
        calls.answer = call -> CompletableFuture.supplyAsync(() -> {
            throw BrokenConnection.reset();
        });
        try (RawClient other = new RawClient(server.port())) {
            assertThatExceptionOfType(SocketException.class).isThrownBy(() -> get("/"));

            calls.answer = call -> CompletableFuture.completedFuture(FakeCallService.ok("done"));
            assertThat(other.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read().text())
                    .isEqualTo("done");
        }
    }

    @Test
    void call_withoutQuery_hasNone() throws IOException {
        get("/v1/resources");

        assertThat(calls.calls.get(0).query()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/../v1/resources",
                "/v1/./resources",
                "/..",
                "//v1/resources",
                "/v1//resources",
                "/v1/resources;a=b",
                "/v1%2Fresources",
                "/v1/%2e%2e/resources",
                "/v1/resources/",
                "/v1/%00",
                "/v1/%zz",
                "/v1/%",
                "/v1/%u002e",
                "/v1/\\resources",
                "/v1/{id}",
                "/http://b/x",
                "/:80"
            })
    void path_ofAnyShape_arrivesAsSent(String path) throws IOException {
        RawReply reply = get(path + "?q=../%2F;x");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(calls.calls.get(0).path()).isEqualTo(path);
        assertThat(calls.calls.get(0).query()).isEqualTo("q=../%2F;x");
    }

    @Test
    void target_absolute_pathAndQueryArrive() throws IOException {
        get("http://a/v1/x?y=z");
        get("http://a?y=z");

        assertThat(calls.calls).extracting(Call::path).containsExactly("/v1/x", "/");
        assertThat(calls.calls).extracting(Call::query).containsExactly("y=z", "y=z");
    }

    @Test
    void reply_withHeaders_sentInSpellingWithoutServer() throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put("RateLimit-Policy", "\"starter\";q=60;w=60");
        answer(201, headers, "{\"name\":\"é\"}");

        RawReply reply = get("/");

        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.text()).isEqualTo("{\"name\":\"é\"}");
        assertThat(reply.header("content-length")).isEqualTo("13");
        assertThat(reply.header("content-type")).isEqualTo("application/json");
        assertThat(reply.header("ratelimit-policy")).isEqualTo("\"starter\";q=60;w=60");
        assertThat(reply.header("date")).isNotNull();
        assertThat(reply.headers()).doesNotContainKeys("server", "connection", "transfer-encoding");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Cache-Control",
                "Content-Type",
                "ETag",
                "Location",
                "Retry-After",
                "Request-Id",
                "RateLimit-Policy",
                "RateLimit",
                "Idempotent-Replayed",
                "Original-Request",
                "WWW-Authenticate",
                "x-host"
            })
    void reply_headerOfAnyName_isSentAsSpelled(String name) throws IOException {
        answer(200, Map.of(name, "v"), "");

        assertThat(client.send("GET / HTTP/1.0\r\n\r\n").text()).containsOnlyOnce("\r\n" + name + ": v\r\n");
    }

    @Test
    void reply_lineBreakInHeader_startsNoOther() throws IOException {
        answer(200, Map.of("X-Echo", "a\r\nX-Injected: b\r\n\r\nc"), "done");

        RawReply reply = get("/");

        assertThat(reply.headers()).doesNotContainKey("x-injected");
        assertThat(reply.text()).isEqualTo("done");
    }

    @Test
    void reply_thatCannotBeWritten_internalError() throws IOException {
        calls.answer = call -> CompletableFuture.supplyAsync(() -> Reply.of(200, Map.of("X", "y"), null));

        RawReply reply = get("/");

        assertThat(reply.status()).isEqualTo(500);
        assertThat(reply.headers()).doesNotContainKey("x");
    }

    @Test
    void reply_toHead_hasLengthButNoBody() throws IOException {
        RawReply head = client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").read("HEAD");
        RawReply next = get("/");

        assertThat(head.header("content-length")).isEqualTo("4");
        assertThat(next.text()).as("nothing of the first body is in the way").isEqualTo("done");
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304})
    void reply_thatHasNoBody_sendsNone(int status) throws IOException {
        answer(status, Map.of("ETag", "\"v1\""), "");

        RawReply reply = get("/");

        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.header("etag")).isEqualTo("\"v1\"");
        assertThat(reply.headers()).doesNotContainKeys("transfer-encoding", "content-length");
        calls.answer = call -> CompletableFuture.completedFuture(FakeCallService.ok("done"));
        assertThat(get("/").text()).isEqualTo("done");
    }

    @Test
    void reply_emptyBody_hasLengthZero() throws IOException {
        answer(200, Map.of(), "");

        assertThat(get("/").header("content-length")).isEqualTo("0");
    }

    @Test
    void reply_large_arrivesWhole() throws IOException {
        answer(200, Map.of(), "x".repeat(3_000_000));

        assertThat(get("/").body()).hasSize(3_000_000);
    }

    @Test
    void reply_completedByAnotherThread_arrives() throws IOException {
        calls.answer = call -> CompletableFuture.supplyAsync(() -> FakeCallService.ok("later"));

        assertThat(get("/").text()).isEqualTo("later");
        assertThat(get("/").text()).isEqualTo("later");
    }

    @Test
    void submit_failing_internalErrorWithoutTrace() throws IOException {
        calls.answer = call -> CompletableFuture.failedFuture(new IllegalStateException("secret"));

        RawReply reply = get("/");

        assertThat(reply.status()).isEqualTo(500);
        assertThat(reply.header("content-type")).isEqualTo("application/problem+json");
        assertThat(reply.text()).contains("internal_error").doesNotContain("secret", "IllegalState");
    }

    @Test
    void submit_throwing_internalErrorWithoutTrace() throws IOException {
        calls.answer = call -> {
            throw new IllegalStateException("secret");
        };

        RawReply reply = get("/");

        assertThat(reply.status()).isEqualTo(500);
        assertThat(reply.text()).contains("internal_error").doesNotContain("secret", "IllegalState");
    }

    @Test
    void requests_pipelined_answeredInOrder() throws IOException {
        calls.answer = call -> CompletableFuture.completedFuture(FakeCallService.ok(call.path()));
        client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n" + post("", "abc") + chunked("", "abc")
                + "GET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        assertThat(client.read().text()).isEqualTo("/1");
        assertThat(client.read().text()).isEqualTo("/v1/resources");
        assertThat(client.read().text()).isEqualTo("/v1/resources");
        assertThat(client.read().text()).isEqualTo("/2");
        assertThat(client.isAtEnd()).isTrue();
    }

    /** The least time is promised to a client that goes on, and no machine is too slow for it. */
    @Test
    void refusals_manyInARow_allArriveAndTheLaterOnesAreHeldBack() throws IOException {
        answer(429, Map.of(), "wait");
        for (int i = 0; i < FramingLimits.REFUSALS_AT_ONCE; i++) {
            assertThat(get("/").status()).isEqualTo(429);
        }

        long began = System.nanoTime();
        for (int i = 0; i < REFUSALS_HELD; i++) {
            assertThat(get("/").status()).isEqualTo(429);
        }

        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isGreaterThanOrEqualTo(Duration.ofMillis((long) REFUSALS_HELD * FramingLimits.REFUSAL_HELD_MILLIS));
        answer(200, Map.of(), "done");
        assertThat(get("/").text()).isEqualTo("done");
    }

    @Test
    void body_atTheLimit_arrivesInBothFramings() throws IOException {
        String body = "x".repeat(FakeCallService.BODY_BYTES_MAX);
        client.send(post("", body)).read();
        client.send(chunked("", body)).read();

        assertThat(calls.calls).hasSize(2).allSatisfy(call -> {
            assertThat(call.body()).hasSize(FakeCallService.BODY_BYTES_MAX);
            assertThat(call.bodyTooLarge()).isFalse();
        });
    }

    @Test
    void body_tooLargeByLength_flaggedAnsweredAndClosed() throws IOException {
        answer(413, Map.of(), "no");
        client.send(post("", "x".repeat(TOO_LARGE)));

        assertRefusedAsTooLarge();
    }

    @Test
    void body_tooLargeInChunks_flaggedAnsweredAndClosed() throws IOException {
        answer(413, Map.of(), "no");
        client.send(chunked("", "x".repeat(TOO_LARGE)));

        assertRefusedAsTooLarge();
    }

    @Test
    void body_manyTimesTooLarge_answerStillReadable() throws IOException {
        answer(413, Map.of(), "no");
        client.send(post("", "x".repeat(10_000_000)));

        assertRefusedAsTooLarge();
    }

    @Test
    void body_tooLargeAndNeverSent_answeredAtOnce() throws IOException {
        answer(413, Map.of(), "no");
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + TOO_LARGE + "\r\n\r\n");

        assertThat(client.read().status()).isEqualTo(413);
        assertThat(calls.calls.get(0).bodyTooLarge()).isTrue();
    }

    @Test
    void body_chunkOfAnnouncedGigabytes_refusedWithoutReadingIt() throws IOException {
        answer(413, Map.of(), "no");
        client.send(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n" + "x".repeat(TOO_LARGE));

        assertThat(client.read().status()).isEqualTo(413);
    }

    private void assertRefusedAsTooLarge() throws IOException {
        RawReply reply = client.read();
        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.header("connection")).isEqualTo("close");
        assertThat(client.isAtEnd()).isTrue();
        assertThat(calls.calls).hasSize(1);
        assertThat(calls.calls.get(0).bodyTooLarge()).isTrue();
        assertThat(calls.calls.get(0).body()).isEmpty();
    }

    @Test
    void expectContinue_bodyWanted_continueThenAnswer() throws IOException {
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
        assertThat(client.read().status()).isEqualTo(100);

        client.send("abc");

        assertThat(client.read().status()).isEqualTo(200);
        assertThat(calls.calls.get(0).body()).asString(StandardCharsets.UTF_8).isEqualTo("abc");
        assertThat(get("/").status()).as("the connection is kept").isEqualTo(200);
    }

    @Test
    void expectContinue_bodyTooLarge_answerAndNoContinue() throws IOException {
        answer(413, Map.of(), "no");
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + TOO_LARGE + "\r\nExpect: 100-continue\r\n\r\n");

        assertRefusedAsTooLarge();
    }

    @Test
    void expectContinue_fromHttp10_ignored() throws IOException {
        client.send("POST / HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc");

        assertThat(client.read().status()).isEqualTo(200);
        assertThat(client.isAtEnd()).isTrue();
    }
}
