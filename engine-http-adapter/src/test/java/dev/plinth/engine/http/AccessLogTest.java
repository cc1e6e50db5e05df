package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.CapturedLog;
import dev.plinth.engine.Patience;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.http.log.AccessEntry;
import dev.plinth.engine.http.log.AccessLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The access log of a server on a socket. */
@Timeout(120)
class AccessLogTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String TRACE_PARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";

    @TempDir
    private Path directory;

    private final LiveServer live = LiveServer.start();
    private AccessLog log;
    private EngineServer server;

    private Path file() {
        return directory.resolve("access.log");
    }

    private void start(AccessLog made, UnaryOperator<EngineServerBuilder> setup) {
        log = made;
        server = setup.apply(EngineServer.builder(live.engine()).port(0).accessLog(log))
                .start();
    }

    private void startJson() {
        start(AccessLog.to(file(), true), builder -> builder);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close(Duration.ZERO);
            log.close();
        }
        live.close();
    }

    /** Closes server and log. Returns the lines that the file then has. */
    private List<String> lines() throws IOException {
        server.close(Duration.ZERO);
        log.close();
        return Files.readAllLines(file());
    }

    private List<Map<String, Object>> entries() throws IOException {
        List<Map<String, Object>> entries = new ArrayList<>();
        for (String line : lines()) {
            entries.add(Map.copyOf(Json.of(line).asMap()));
        }
        return entries;
    }

    private RawReply send(String request) throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            return client.send(request).read(request.substring(0, request.indexOf(' ')));
        }
    }

    @Test
    void file_thatEndsWithinALine_goesOnWithTheNextOne() throws IOException {
        Files.writeString(file(), "{\"cut");
        try (AccessLog own = AccessLog.to(file(), true)) {
            own.add(entry("/first"));
            Patience.until(() -> Files.readString(file()).endsWith("}\n"));
            Files.writeString(file(), "{\"cut", StandardOpenOption.APPEND);
            own.reopen();
            own.add(entry("/second"));
        }

        List<String> lines = Files.readAllLines(file());
        assertThat(lines).hasSize(4);
        assertThat(lines.get(1)).startsWith("{\"time\":").contains("/first");
        assertThat(lines.get(3)).startsWith("{\"time\":").contains("/second");
    }

    @Test
    void line_thatWasWrittenInPart_isEndedAndNotRepeated() throws Exception {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        AtomicBoolean isFull = new AtomicBoolean(true);
        OutputStream disk = new OutputStream() {
            @Override
            public void write(int one) {
                written.write(one);
            }

            @Override
            public void write(byte[] bytes, int at, int length) throws IOException {
                boolean full = isFull.getAndSet(false);
                written.write(bytes, at, full ? length / 2 : length);
                if (full) {
                    throw new IOException("No space left on device");
                }
            }
        };
        try (AccessLog log = AccessLog.to(disk, true)) {
            log.add(entry("/first"));
            Patience.until(() -> !isFull.get());
            log.add(entry("/second"));
        }

        List<String> lines = written.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(1)).startsWith("{\"time\":").contains("/second");
    }

    @Test
    void call_isLoggedWithWhatIdentifiesItAndNoSecret() throws IOException {
        startJson();
        String key = live.key(live.workspace("pro"));

        RawReply reply = send("GET /v1/resources?limit=7 HTTP/1.1\r\nHost: a\r\nUser-Agent: Tests/1 \"x\"\r\n"
                + "traceparent: " + TRACE_PARENT + "\r\nAuthorization: Bearer " + key + "\r\n\r\n");

        List<Map<String, Object>> entries = entries();
        assertThat(entries).hasSize(1);
        Map<String, Object> entry = entries.get(0);
        assertThat(entry)
                .containsEntry("address", "127.0.0.1")
                .containsEntry("method", "GET")
                .containsEntry("path", "/v1/resources")
                .containsEntry("protocol", "HTTP/1.1")
                .containsEntry("requestId", reply.header("request-id"))
                .containsEntry("userAgent", "Tests/1 \"x\"")
                .containsEntry("traceId", TRACE)
                .containsEntry("parentId", "00f067aa0ba902b7");
        assertThat(entry.get("status")).hasToString("200");
        assertThat(entry.get("bytes")).hasToString(Integer.toString(reply.body().length));
        assertThat(entry.get("durationMicros").toString()).matches("[1-9]\\d*");
        assertThat(entry.get("time").toString()).matches("20\\d\\d-.*T.*\\.\\d{3}Z");
        assertThat(Files.readString(file())).doesNotContain(key, "limit=7");
    }

    @Test
    void keyInAPathQueryOrHeader_isNotLogged() throws IOException {
        startJson();
        String key = live.key(live.workspace("pro"));
        String secret = "whsec_" + "c2VjcmV0".repeat(4);

        send("GET /v1/" + key + "/x?key=" + key + " HTTP/1.1\r\nHost: a\r\nUser-Agent: a " + key + "\r\nX-Key: " + key
                + "\r\n\r\n");
        send("GET /v1/" + secret + " HTTP/1.1\r\nHost: a\r\nAuthorization: Basic " + key + "\r\n\r\n");
        send(key + " /v1/resources HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(entries()).extracting(entry -> entry.get("path")).contains("/v1/sk_live_.../x", "/v1/whsec_...");
        assertThat(Files.readString(file())).doesNotContain(key, secret);
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/resources/%73k_live_abcDEF123/x, /v1/resources/sk_live_...",
        "/v1/resources/sk%5Flive%5fabcDEF123, /v1/resources/sk_live_...",
        "/v1/resources/sk_live_abc%44EF123/x, /v1/resources/sk_live_.../x",
        "/v1/resources/%2573k_live_abcDEF123, /v1/resources/sk_live_...",
        "/v1/resources/s%25256B_live_abcDEF123, /v1/resources/sk_live_...",
        "/v1/%77hsec%5Fc2Vj%2BDEF123%3D, /v1/whsec_...",
        "/v1/a%2520b, /v1/a%2520b",
        "/v1/a%25252525252525252525252525252525252573k_live_abcDEF123, /v1/a..."
    })
    void keyThatIsPercentEncoded_isCutToo(String path, String logged) throws IOException {
        startJson();

        send("GET " + path + " HTTP/1.1\r\nHost: a\r\nUser-Agent: a " + path + "\r\n\r\n");

        assertThat(entries()).extracting(entry -> entry.get("path")).containsExactly(logged);
        assertThat(Files.readString(file())).doesNotContain("EF123");
    }

    @Test
    void callsOnOneConnection_haveALineEachInOrder() throws IOException {
        startJson();
        try (RawClient client = new RawClient(server.port())) {
            client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\nHEAD /b HTTP/1.1\r\nHost: a\r\n\r\n"
                    + "POST /c HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}");
            client.read();
            client.read("HEAD");
            client.read();
        }

        assertThat(entries())
                .extracting(entry -> entry.get("method") + " " + entry.get("path") + " " + entry.get("status"))
                .containsExactly("GET /a 404", "HEAD /b 404", "POST /c 404");
    }

    @Test
    void badFraming_isLoggedToo() throws IOException {
        startJson();
        RawReply reply = send("GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(entries()).singleElement().satisfies(entry -> {
            assertThat(entry.get("status")).hasToString("400");
            assertThat(entry).containsEntry("path", "/a");
        });
    }

    @Test
    void refusedRequestLine_isNotLoggedWithThePathBefore() throws IOException {
        startJson();
        try (RawClient client = new RawClient(server.port())) {
            assertThat(client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n").read().status())
                    .isEqualTo(404);
            assertThat(client.send("G\u0001T /b HTTP/1.1\r\nHost: a\r\n\r\n")
                            .read()
                            .status())
                    .isEqualTo(400);
        }

        assertThat(entries()).extracting(entry -> entry.get("path")).containsExactly("/a", "-");
    }

    @Test
    void longMethodAndPath_areCut() throws IOException {
        startJson();
        String method = "M".repeat(1000);
        RawReply unused = send(method + " /" + "p".repeat(1000) + " HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(entries())
                .singleElement()
                .satisfies(entry -> assertThat(entry)
                        .containsEntry("method", method.substring(0, 512))
                        .containsEntry("path", "/" + "p".repeat(511)));
    }

    @Test
    void textFormat_isTheCommonOneWithMoreBehind() throws IOException {
        start(AccessLog.to(file(), false), builder -> builder);
        RawReply reply = send("GET /a\"b HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(lines())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .matches("127\\.0\\.0\\.1 - - \\[\\d\\d/[A-Z][a-z]{2}/20\\d\\d:\\d\\d:\\d\\d:\\d\\d \\+0000\\]"
                                + " \"GET /a\\?b HTTP/1\\.1\" 404 " + reply.body().length + " "
                                + reply.header("request-id") + " \\d+ -"));
    }

    @Test
    void clientBehindATrustedProxy_isNamed() throws IOException {
        start(AccessLog.to(file(), true), builder -> builder.trustedProxy("127.0.0.1"));
        send("GET /a HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.51.100.7, 203.0.113.9\r\n\r\n");

        assertThat(entries())
                .singleElement()
                .satisfies(entry -> assertThat(entry).containsEntry("address", "203.0.113.9"));
    }

    @ParameterizedTest
    @CsvSource({
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00, true",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more, true",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more, false",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, false",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01, false",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01, false",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01, false",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7, false",
        "hello, false"
    })
    void traceparent_isTakenIfItIsRight(String header, boolean isRight) throws IOException {
        startJson();
        RawReply reply = send("GET /a HTTP/1.1\r\nHost: a\r\ntraceparent: " + header + "\r\n\r\n");

        assertThat(reply.status()).isEqualTo(404);
        assertThat(entries())
                .singleElement()
                .satisfies(entry -> assertThat(entry.containsKey("traceId")).isEqualTo(isRight));
    }

    @Test
    void file_renamedByARotation_isOpenedAgain() throws IOException {
        startJson();
        send("GET /before HTTP/1.1\r\nHost: a\r\n\r\n");
        Patience.until(() -> Files.size(file()) != 0);
        Files.move(file(), directory.resolve("access.log.1"));
        log.reopen();
        send("GET /after HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(entries()).extracting(entry -> entry.get("path")).containsExactly("/after");
        assertThat(Files.readString(directory.resolve("access.log.1"))).contains("/before");
    }

    private static AccessEntry entry(String path) {
        return AccessEntry.of(Instant.EPOCH, "-", new AccessEntry.Line("GET", path, "HTTP/1.1"))
                .withAnswer(200, 0, 1);
    }

    private static void awaitText(Path file, String part) throws IOException {
        while (!Files.exists(file) || !Files.readString(file).contains(part)) {
            assertThat(Thread.interrupted()).as("late for " + part).isFalse();
        }
    }

    @Test
    @Timeout(20)
    void file_thatCannotBeOpenedAgain_leavesTheLinesToTheOldOne() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("logs"));
        Path moved = directory.resolve("moved");
        try (AccessLog own = AccessLog.to(folder.resolve("access.log"), true)) {
            Files.move(folder, moved);
            own.reopen();
            own.add(entry("/before"));
            awaitText(moved.resolve("access.log"), "/before");

            Path unused = Files.createDirectory(folder);
            own.add(entry("/after"));
            awaitText(folder.resolve("access.log"), "/after");
        }
    }

    @Test
    @Timeout(20)
    void error_ofTheDestination_isLoggedAndLaterLinesAreWritten() throws InterruptedException {
        CountDownLatch failed = new CountDownLatch(1);
        CountDownLatch written = new CountDownLatch(1);
        OutputStream out = new OutputStream() {
            @Override
            public void write(int one) {
                if (failed.getCount() > 0) {
                    failed.countDown();
                    throw new AssertionError("broken");
                }
                written.countDown();
            }
        };
        try (CapturedLog captured = CapturedLog.open();
                AccessLog own = AccessLog.to(out, true)) {
            own.add(entry("/lost"));
            failed.await();
            own.add(entry("/written"));
            written.await();
            assertThat(captured.lines()).singleElement().asString().startsWith("The access log has lost 1 lines");
        }
    }

    @Test
    void file_isNotForOtherUsers() throws IOException {
        startJson();

        assertThat(Files.getPosixFilePermissions(file())).isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
    }

    @Test
    void file_thatCannotBeOpened_isRefusedInASentence() {
        Path nowhere = directory.resolve("none").resolve("access.log");

        assertThatThrownBy(() -> AccessLog.to(nowhere, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(nowhere.toString())
                .hasMessageContaining("folder");
    }

    @Test
    void destination_thatTakesNothing_holdsUpNoCall() throws Exception {
        CountDownLatch full = new CountDownLatch(1);
        start(
                AccessLog.to(
                        new OutputStream() {
                            @Override
                            public void write(int one) throws IOException {
                                try {
                                    full.await();
                                } catch (InterruptedException e) {
                                    throw new IOException(e);
                                }
                            }
                        },
                        true),
                builder -> builder);
        try (RawClient client = new RawClient(server.port())) {
            for (int i = 0; i < 10_000; i++) {
                client.send("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.read("HEAD").status()).isEqualTo(404);
            }
        }
        full.countDown();
    }
}
