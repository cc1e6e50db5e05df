package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.call.FramingLimits;
import dev.plinth.engine.http.connection.Deadlines;
import dev.plinth.engine.http.exchange.Gzip;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Large answers are compressed for clients that accept it, and are the same answers otherwise. */
@Timeout(60)
class GzipTest {
    private static final String GZIP = "Accept-Encoding: gzip\r\n";

    private final FakeCallService calls = new FakeCallService();
    private EngineServer server =
            EngineServer.start((executor, audiences) -> calls, "127.0.0.1", 0, Deadlines.STANDARD);

    @AfterEach
    void stop() {
        server.close(Duration.ZERO);
    }

    private void answers(Reply reply) {
        calls.answer = call -> CompletableFuture.completedFuture(reply);
    }

    private static Reply json(String body) {
        return Reply.of(
                200,
                Map.of("Content-Type", "application/json", "ETag", "\"7\""),
                body.getBytes(StandardCharsets.UTF_8));
    }

    private RawReply send(String method, String headers) throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            return client.send(method + " / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n")
                    .read(method);
        }
    }

    private static String unzipped(RawReply reply) throws IOException {
        return new String(
                new GZIPInputStream(new ByteArrayInputStream(reply.body())).readAllBytes(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {Gzip.BYTES_MIN, 5_000, FramingLimits.SLICE_BYTES_MAX, FramingLimits.SLICE_BYTES_MAX + 1, 3_000_000})
    void largeAnswer_isCompressedAndItsTagNamesThatForm(int length) throws IOException {
        String body = "0123456789abcdef".repeat(length / 16 + 1).substring(0, length);
        answers(json(body));

        RawReply reply = send("GET", GZIP);

        assertThat(reply.header("content-encoding")).isEqualTo("gzip");
        assertThat(reply.header("vary")).isEqualTo("Accept-Encoding");
        assertThat(reply.header("etag")).isEqualTo("\"7-gzip\"");
        assertThat(reply.header("content-length")).isEqualTo(Integer.toString(reply.body().length));
        assertThat(reply.body().length).isLessThan(length);
        assertThat(unzipped(reply)).isEqualTo(body);
        while (server.bounds().answers().inFlight() > 0) { // given back after the client has read the answer
            assertThat(Thread.currentThread().isInterrupted()).isFalse(); // true once the time of the test is over
        }
    }

    @Test
    void smallAnswer_isPlainAndSaysThatItVaries() throws IOException {
        answers(json("a".repeat(Gzip.BYTES_MIN - 1)));

        RawReply reply = send("GET", GZIP);

        assertThat(reply.header("content-encoding")).isNull();
        assertThat(reply.header("vary")).isEqualTo("Accept-Encoding");
        assertThat(reply.text()).hasSize(Gzip.BYTES_MIN - 1);
    }

    @Test
    void answerThatDoesNotShrink_isPlain() throws IOException {
        byte[] noise = new byte[4096];
        new Random(1).nextBytes(noise);
        answers(Reply.of(200, Map.of("Content-Type", "application/octet-stream"), noise));

        RawReply reply = send("GET", GZIP);

        assertThat(reply.header("content-encoding")).isNull();
        assertThat(reply.body()).isEqualTo(noise);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip | true",
                "GZIP | true",
                "x-gzip | true",
                "br, gzip;q=0.8, *;q=0.1 | true",
                "* | true",
                "gzip;q=1.000 | true",
                "gzip ; q=0.5, identity;q=0.5 | true",
                "gzip;q=0 | false",
                "gzip;q=0.000, * | false",
                "*;q=0 | false",
                "gzip;q=0.5, identity | false",
                "identity | false",
                "br | false",
                "gzip;q=2 | false",
                "gzip;q=x | false",
                "gzipped | false",
                ", ;, | false"
            })
    void client_decidesByItsWeights(String accepted, boolean isCompressed) throws IOException {
        answers(json("a".repeat(2000)));

        RawReply reply = send("GET", "Accept-Encoding: " + accepted + "\r\n");

        assertThat("gzip".equals(reply.header("content-encoding"))).isEqualTo(isCompressed);
        assertThat(send("GET", "").header("content-encoding")).isNull();
    }

    @Test
    void weightsInSeveralHeaders_countTogether() throws IOException {
        answers(json("a".repeat(2000)));

        RawReply reply = send("GET", "Accept-Encoding: br\r\nAccept-Encoding: gzip\r\n");

        assertThat(reply.header("content-encoding")).isEqualTo("gzip");
    }

    @Test
    void head_answersAsGetWithoutABody() throws IOException {
        answers(json("a".repeat(100_000)));

        RawReply get = send("GET", GZIP);
        RawReply head = send("HEAD", GZIP);

        assertThat(head.header("content-length")).isEqualTo(get.header("content-length"));
        assertThat(head.header("content-encoding")).isEqualTo("gzip");
        assertThat(head.header("etag")).isEqualTo("\"7-gzip\"");
    }

    @Test
    void notModified_hasNoEncodingAndSaysThatItVaries() throws IOException {
        answers(Reply.of(304, Map.of("ETag", "\"7\""), new byte[0]));

        RawReply reply = send("GET", GZIP + "If-None-Match: \"7\"\r\n");

        assertThat(reply.status()).isEqualTo(304);
        assertThat(reply.header("etag")).isEqualTo("\"7\"");
        assertThat(reply.header("vary")).isEqualTo("Accept-Encoding");
        assertThat(reply.header("content-encoding")).isNull();
    }

    @Test
    void post_isNeverCompressed() throws IOException {
        answers(json("a".repeat(100_000)));

        RawReply reply = send("POST", GZIP + "Content-Length: 0\r\n");

        assertThat(reply.header("content-encoding")).isNull();
        assertThat(reply.header("vary")).isNull();
    }

    @Test
    void stream_isNeverCompressed() throws IOException {
        Reply.Rest end = () -> CompletableFuture.completedFuture(Reply.Part.last(new byte[0]));
        answers(Reply.of(
                        200,
                        Map.of("Content-Type", "text/event-stream"),
                        ": \n".repeat(1000).getBytes(StandardCharsets.UTF_8))
                .withRest(end));

        RawReply reply = send("GET", GZIP);

        assertThat(reply.header("content-encoding")).isNull();
        assertThat(reply.text()).startsWith(": \n: \n");
    }

    @Test
    void withoutRoomForBothForms_theAnswerIsPlain() throws IOException {
        server.close(Duration.ZERO);
        server = new EngineServerBuilder((executor, audiences) -> calls)
                .port(0)
                .start(Deadlines.STANDARD, 64L * 1024 * 1024);
        // A workspace may have 6 MiB of answers in flight.
        answers(json("a".repeat(4 * 1024 * 1024)));

        RawReply reply = send("GET", GZIP);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("content-encoding")).isNull();
        assertThat(reply.body()).hasSize(4 * 1024 * 1024);
    }

    @Test
    void listOfTheEngine_isTheSameInBothForms() throws IOException {
        try (LiveServer live = LiveServer.start()) {
            String key = live.key(live.workspace("pro"));
            for (int i = 0; i < 20; i++) {
                RawReply made = live.send(
                        WireRequest.post("/v1/resources", "{\"name\":\"a\"}").withKey(key));
                assertThat(made.status()).isEqualTo(201);
            }
            WireRequest list = WireRequest.get("/v1/resources?limit=20").withKey(key);

            RawReply plain = live.send(list);
            RawReply compressed = live.send(list.with("Accept-Encoding", "gzip"));

            assertThat(compressed.header("content-encoding")).isEqualTo("gzip");
            assertThat(unzipped(compressed)).isEqualTo(plain.text());
        }
    }
}
