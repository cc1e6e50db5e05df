package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.connection.Deadlines;
import java.io.IOException;
import java.time.Duration;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that two readers could understand differently (RFC 9112 §11) must not be understood at all. */
class FramingTest {
    private static final String SECOND = "GET /second HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

    private static FakeCallService calls;
    private static EngineServer server;

    @BeforeAll
    static void start() {
        calls = new FakeCallService();
        Deadlines patient = new Deadlines(
                Deadlines.STANDARD.headers(),
                Deadlines.STANDARD.body(),
                Deadlines.STANDARD.write(),
                Deadlines.STANDARD.idle(),
                Duration.ofMinutes(1), // a client may be slow to send what nobody reads any more
                Deadlines.STANDARD.drain(),
                Duration.ZERO);
        server = EngineServer.start((executor, audiences) -> calls, "127.0.0.1", 0, patient);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static Stream<Arguments> bad() {
        return Stream.concat(badHeads(), chunks());
    }

    /** Requests whose fault is before their body, so that no server can answer them otherwise before it meets the fault. */
    static Stream<Arguments> badHeads() {
        return Stream.of(requestLines(), targets(), headers(), lengths(), encodings(), sizes())
                .flatMap(each -> each);
    }

    private static Arguments named(String name, String request) {
        return Arguments.of(name, request);
    }

    private static Arguments withHeaders(String name, String headers) {
        return named(name, "GET / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n");
    }

    private static Arguments post(String name, String headers, String body) {
        return named(name, "POST / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body);
    }

    private static Stream<Arguments> requestLines() {
        return Stream.of(
                named("no version", "GET /\r\nHost: a\r\n\r\n"),
                named("no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("method only", "GET\r\nHost: a\r\n\r\n"),
                named("empty version", "GET / \r\nHost: a\r\n\r\n"),
                named("version 0.9", "GET / HTTP/0.9\r\nHost: a\r\n\r\n"),
                named("version 1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
                named("version 2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
                named("version 3.0", "GET / HTTP/3.0\r\nHost: a\r\n\r\n"),
                named("another protocol", "GET / ICAP/1.0\r\nHost: a\r\n\r\n"),
                named("h2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                named("space after version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
                named("tab between", "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n"),
                named("two blanks before target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("two blanks before version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n"),
                named("version in mixed case", "GET / HTTp/1.0\r\nHost: a\r\n\r\n"),
                named("two blanks behind an empty line", "\r\nGET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("space first", " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("method not a token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("method with NUL", "G\0T / HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("bare LF after request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"),
                named("bare LF everywhere", "GET /x HTTP/1.1\nHost: a\n\n"),
                named("bare CR after request line", "GET / HTTP/1.1\rHost: a\r\n\r\n"),
                named("TLS hello", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003"));
    }

    private static Stream<Arguments> targets() {
        return Stream.of(
                named("relative target", "GET v1/resources HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("asterisk for GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("authority form", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n"),
                named("fragment", "GET /x#y HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("raw UTF-8", "GET /\u00c3\u00a9 HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("control character", "GET /\u0001 HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("NUL", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("DEL", "GET /\u007f HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("space inside", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("other scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("absolute without host", "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("absolute with user", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("absolute, two Hosts", "GET http://b/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
                named("absolute, no Host", "GET http://b/ HTTP/1.1\r\n\r\n"));
    }

    private static Stream<Arguments> headers() {
        return Stream.of(
                named("no Host", "GET / HTTP/1.1\r\nAccept: */*\r\n\r\n"),
                named("no header at all", "GET / HTTP/1.1\r\n\r\n"),
                named("empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
                withHeaders("two Host", "Host: b\r\n"),
                withHeaders("two equal Host", "Host: a\r\n"),
                named("bad Host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
                named("Host with path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
                withHeaders("space before colon", "X : y\r\n"),
                withHeaders("tab before colon", "X\t: y\r\n"),
                withHeaders("no colon", "Xy\r\n"),
                withHeaders("empty name", ": y\r\n"),
                withHeaders("name not a token", "X(y): z\r\n"),
                withHeaders("name with NUL", "X\0y: z\r\n"),
                withHeaders("name with high byte", "X\u00e9: z\r\n"),
                withHeaders("obs-fold with space", "X: y\r\n z\r\n"),
                withHeaders("obs-fold with tab", "X: y\r\n\tz\r\n"),
                named("space before first header", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
                withHeaders("NUL in value", "X: a\0b\r\n"),
                withHeaders("ESC in value", "X: a\u001bb\r\n"),
                withHeaders("DEL in value", "X: a\u007fb\r\n"),
                withHeaders("bare CR in value", "X: a\rb\r\n"),
                withHeaders("bare LF after value", "X: a\n"),
                withHeaders("CR CR LF", "X: a\r\r\n"),
                withHeaders("unknown expectation", "Expect: the-unexpected\r\n"));
    }

    private static Stream<Arguments> lengths() {
        return Stream.of(
                post("two equal Content-Length", "Content-Length: 1\r\nContent-Length: 1\r\n", "x"),
                post("two Content-Length", "Content-Length: 1\r\nContent-Length: 2\r\n", "xx"),
                post("list of Content-Length", "Content-Length: 1, 1\r\n", "x"),
                post("signed Content-Length", "Content-Length: +1\r\n", "x"),
                post("negative Content-Length", "Content-Length: -1\r\n", "x"),
                post("hexadecimal Content-Length", "Content-Length: 0x1\r\n", "x"),
                post("decimal Content-Length", "Content-Length: 1.0\r\n", "x"),
                post("Content-Length with space", "Content-Length: 1 0\r\n", "x"),
                post("empty Content-Length", "Content-Length:\r\n", ""),
                post("Content-Length too long", "Content-Length: 99999999999999999999\r\n", "x"));
    }

    private static Stream<Arguments> encodings() {
        String chunks = "1\r\nx\r\n0\r\n\r\n";
        return Stream.of(
                post("length, then encoding", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", chunks),
                post("encoding, then length", "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", chunks),
                post("gzip, chunked", "Transfer-Encoding: gzip, chunked\r\n", chunks),
                post("chunked, gzip", "Transfer-Encoding: chunked, gzip\r\n", chunks),
                post("chunked twice in one", "Transfer-Encoding: chunked, chunked\r\n", chunks),
                post("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", chunks),
                post("identity", "Transfer-Encoding: identity\r\n", chunks),
                post("identity, then chunked", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", chunks),
                post("empty encoding", "Transfer-Encoding:\r\n", chunks),
                post("empty, then chunked", "Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n", chunks),
                post("quoted", "Transfer-Encoding: \"chunked\"\r\n", chunks),
                post("parameter", "Transfer-Encoding: chunked;a=b\r\n", chunks),
                post("misspelt", "Transfer-Encoding: xchunked\r\n", chunks),
                post("vertical tab", "Transfer-Encoding: \u000bchunked\r\n", chunks),
                post("space before colon", "Transfer-Encoding : chunked\r\n", chunks),
                named("HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks));
    }

    private static Stream<Arguments> chunks() {
        return Stream.of(
                named("chunk size not hexadecimal", CHUNKED + "g\r\nx\r\n0\r\n\r\n"),
                named("chunk size with prefix", CHUNKED + "0x1\r\nx\r\n0\r\n\r\n"),
                named("negative chunk size", CHUNKED + "-1\r\nx\r\n0\r\n\r\n"),
                named("signed chunk size", CHUNKED + "+1\r\nx\r\n0\r\n\r\n"),
                named("empty chunk size", CHUNKED + "\r\nx\r\n0\r\n\r\n"),
                named("space before chunk size", CHUNKED + " 1\r\nx\r\n0\r\n\r\n"),
                named("space after chunk size", CHUNKED + "1 \r\nx\r\n0\r\n\r\n"),
                named("chunk size too long", CHUNKED + "10000000000000000001\r\nx\r\n0\r\n\r\n"),
                named("bare LF after chunk size", CHUNKED + "1\nx\r\n0\r\n\r\n"),
                named("bare LF after chunk", CHUNKED + "1\r\nx\n0\r\n\r\n"),
                named("chunk longer than its size", CHUNKED + "1\r\nxy\r\n0\r\n\r\n"),
                named("NUL in chunk extension", CHUNKED + "1;a\0\r\nx\r\n0\r\n\r\n"),
                named("chunk extension of 300 bytes", CHUNKED + "1;" + "a".repeat(300) + "\r\nx\r\n0\r\n\r\n"),
                named("chunk extension of 10 KB", CHUNKED + "1;" + "a".repeat(10_000) + "\r\nx\r\n0\r\n\r\n"),
                named("chunk extension of the last chunk", CHUNKED + "1\r\nx\r\n0;" + "a".repeat(300) + "\r\n\r\n"),
                named("chunk extension without an end", CHUNKED + "1;" + "a".repeat(300)),
                named("bare LF in last chunk", CHUNKED + "0\n\n"),
                named("bare LF after last chunk", CHUNKED + "0\r\n\n"),
                named("bad trailer", CHUNKED + "0\r\nX : y\r\n\r\n"),
                named("much behind a bad chunk", CHUNKED + "g\r\n" + "x".repeat(5_000_000)),
                named("chunk extension too long", CHUNKED + "1;" + "a".repeat(40_000) + "\r\nx\r\n0\r\n\r\n"),
                named("trailers too long", CHUNKED + "0\r\nX: " + "a".repeat(40_000) + "\r\n\r\n"));
    }

    private static Stream<Arguments> sizes() {
        String many = String.join(
                "", IntStream.range(0, 100).mapToObj(i -> "X-" + i + ": y\r\n").toList());
        return Stream.of(
                named("request line too long", "GET /" + "a".repeat(8200) + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("request line much too long", "GET /" + "a".repeat(100_000) + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("method too long", "G".repeat(40_000) + " / HTTP/1.1\r\nHost: a\r\n\r\n"),
                withHeaders("101 headers", many),
                withHeaders("one header too long", "X: " + "a".repeat(8192) + "\r\n"),
                withHeaders("header too long", "X: " + "a".repeat(33_000) + "\r\n"),
                withHeaders("headers much too long", ("X: " + "a".repeat(1000) + "\r\n").repeat(3000)),
                named("empty lines without end", "\r\n".repeat(20_000)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void request_badlyFramed_oneProblemAndClose(String name, String request) throws IOException {
        calls.calls.clear();
        try (RawClient client = new RawClient(server.port())) {
            client.send(request + SECOND);

            RawReply reply = client.read();

            assertProblem(reply);
            assertThat(client.isAtEnd()).as("closed, and no second response").isTrue();
        }
        assertThat(calls.calls).as("calls that reached the engine").isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void request_badlyFramedInSingleBytes_oneProblemAndClose(String name, String request) throws IOException {
        if (request.length() > 2000) {
            return;
        }
        calls.calls.clear();
        try (RawClient client = new RawClient(server.port())) {
            for (char character : request.toCharArray()) {
                client.send(String.valueOf(character));
            }
            client.send(SECOND);

            assertProblem(client.read());
            assertThat(client.isAtEnd()).as("closed, and no second response").isTrue();
        }
        assertThat(calls.calls).as("calls that reached the engine").isEmpty();
    }

    static Stream<Arguments> truncated() {
        return Stream.of(
                named("in the method", "GE"),
                named("in the request line", "GET / HTT"),
                named("in a header", "GET / HTTP/1.1\r\nHo"),
                named("before the empty line", "GET / HTTP/1.1\r\nHost: a\r\n"),
                named("in a body", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc"),
                named("in a chunk", CHUNKED + "5\r\nabc"),
                named("before the last chunk", CHUNKED + "3\r\nabc\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("truncated")
    void request_cutShort_closedAndNotSubmitted(String name, String request) throws IOException {
        calls.calls.clear();
        try (RawClient client = new RawClient(server.port())) {
            client.send(request).finish();

            // A client that has stopped sending may have gone: a problem is a courtesy, not a promise.
            client.readAll().ifPresent(FramingTest::assertProblem);
        }
        assertThat(calls.calls).as("calls that reached the engine").isEmpty();
    }

    static Stream<Arguments> good() {
        return Stream.of(
                named("plain", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("empty line first", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("HTTP/1.0 without Host", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
                named("absolute", "GET http://a/x HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("absolute, Host differs", "GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("absolute without path", "GET http://a HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("absolute in capitals", "GET HTTP://A/x HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"),
                named("unknown method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n"),
                withHeaders(
                        "upgrade is ignored", "Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"),
                withHeaders("no space after colon", "X:y\r\n"),
                withHeaders("space around value", "X: \t y \t\r\n"),
                withHeaders("empty value", "X:\r\n"),
                withHeaders("latin-1 value", "X: \u00e9\r\n"),
                withHeaders("99 headers", "X: y\r\n".repeat(99)),
                post("length", "Content-Length: 3\r\n", "abc"),
                post("length zero", "Content-Length: 0\r\n", ""),
                post("leading zeros", "Content-Length: 003\r\n", "abc"),
                post("chunked in capitals", "Transfer-Encoding: CHUNKED\r\n", "3\r\nabc\r\n0\r\n\r\n"),
                named("chunk extension", CHUNKED + "3;a=\"b\"\r\nabc\r\n0\r\n\r\n"),
                named(
                        "chunk extensions of 200 bytes",
                        CHUNKED + ("1;" + "b".repeat(200) + "\r\na\r\n").repeat(50) + "0\r\n\r\n"),
                named("trailers", CHUNKED + "3\r\nabc\r\n0\r\nX: y\r\n\r\n"),
                named("many chunks", CHUNKED + "1\r\na\r\n".repeat(1000) + "0\r\n\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("good")
    void request_wellFramed_answeredAndKept(String name, String request) throws IOException {
        calls.calls.clear();
        try (RawClient client = new RawClient(server.port())) {
            client.send(request + SECOND);

            assertThat(client.read().status()).isEqualTo(200);
            assertThat(client.read().status()).isEqualTo(200);
        }
        assertThat(calls.calls)
                .extracting(call -> call.path())
                .hasSize(2)
                .last()
                .isEqualTo("/second");
    }

    @Test
    void corpus_badRequests_atLeastSixty() {
        assertThat(bad().count()).isGreaterThanOrEqualTo(60);
    }

    static void assertProblem(RawReply reply) {
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.header("content-type")).isEqualTo("application/problem+json");
        assertThat(reply.header("cache-control")).isEqualTo("no-store");
        assertThat(reply.header("request-id")).startsWith("req_");
        assertThat(reply.header("connection")).isEqualTo("close");
        assertThat(reply.headers()).doesNotContainKey("server");
        assertThat(reply.text()).contains("malformed_request").doesNotContain("jetty", "Exception", "\tat ", "<");
    }
}
