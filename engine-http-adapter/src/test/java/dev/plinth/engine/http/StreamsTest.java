package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.http.call.EngineCallService;
import dev.plinth.engine.http.connection.Deadlines;
import dev.plinth.engine.server.StreamPlaces;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stream of events over a socket, as a client reads it. */
@Timeout(300)
class StreamsTest {
    private static final String STREAM = "/v1/events/stream";
    private static final int SLOW_EVENTS = 400;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** A stream that is not read while its events are made is not cut, however long that takes. */
    private static final Deadlines PATIENT = new Deadlines(
            Deadlines.STANDARD.headers(),
            Deadlines.STANDARD.body(),
            PATIENCE,
            PATIENCE,
            Deadlines.STANDARD.closing(),
            Deadlines.STANDARD.drain(),
            Duration.ZERO);

    private final LiveServer server = LiveServer.start();
    private final HttpClient http = HttpClient.newHttpClient();
    private String key;

    @BeforeEach
    void makeKey() {
        key = server.key(server.workspace("business"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void stream_eventsOneByOne_arriveWhileTheConnectionIsOpen() throws Exception {
        try (BufferedReader stream = open(null)) {
            for (int i = 0; i < 3; i++) {
                String id = publish("small");

                List<String> frame = frame(stream);

                assertThat(frame.get(0)).isEqualTo("id: " + id);
                assertThat(frame.get(1)).isEqualTo("event: a.b");
                assertThat(frame.get(2)).startsWith("data: {\"id\":\"" + id + "\",\"type\":\"a.b\",");
                assertThat(frame).hasSize(3);
            }
        }
    }

    @Test
    void stream_brokenAndResumed_goesOnBehindTheLastEvent() throws Exception {
        String seen;
        try (BufferedReader stream = open(null)) {
            seen = publish("first");
            assertThat(frame(stream)).contains("id: " + seen);
        }
        String missed = publish("missed");

        try (BufferedReader stream = open(seen)) {
            assertThat(frame(stream)).contains("id: " + missed);
        }
    }

    @Test
    void stream_nothingHappens_showsThatItIsAlive() throws Exception {
        String last = publish("before");
        try (BufferedReader stream = open(null)) {
            assertThat(frame(stream)).as("the place, and no event").containsExactly("id: " + last);
            String next = publish("after");
            assertThat(frame(stream)).contains("id: " + next);
        }
    }

    @Test
    void stream_clientThatReadsLate_getsAllInOrderAndHoldsNobodyUp() throws Exception {
        String text = "x".repeat(60_000);
        List<String> expected = new ArrayList<>();
        try (EngineServer patient = EngineServer.start(
                        (executor, audiences) -> new EngineCallService(server.engine(), executor),
                        "127.0.0.1",
                        0,
                        PATIENT);
                BufferedReader stream = open(patient.port(), null)) {
            IntStream.range(0, SLOW_EVENTS).forEach(i -> expected.add(publish(text)));

            List<String> seen = new ArrayList<>();
            while (seen.size() < SLOW_EVENTS) {
                seen.add(frame(stream).get(0).substring("id: ".length()));
            }

            assertThat(seen).isEqualTo(expected);
        }
    }

    @Test
    void stream_beyondTheNumberOfItsWorkspace_isRefusedAndCostsNoUnit() throws Exception {
        List<RawClient> streams = new ArrayList<>();
        try (RawClient beyond = new RawClient(server.port())) {
            for (int i = 0; i < StreamPlaces.WORKSPACE_MAX; i++) {
                RawClient stream = new RawClient(server.port());
                streams.add(stream);
                stream.send(WireRequest.get(STREAM).withKey(key).bytes());
                assertThat(stream.read("HEAD").status()).isEqualTo(200);
            }
            String left = beyond.send(
                            WireRequest.get("/v1/workspace").withKey(key).bytes())
                    .read()
                    .header("ratelimit");

            RawReply refused =
                    beyond.send(WireRequest.get(STREAM).withKey(key).bytes()).read();

            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.text()).contains("too_many_concurrent_requests", "100 open streams");
            assertThat(refused.header("retry-after")).isEqualTo("5");
            assertThat(unitsLeft(refused.header("ratelimit"))).isGreaterThanOrEqualTo(unitsLeft(left));
            assertThat(beyond.send(WireRequest.of("HEAD", STREAM).withKey(key).bytes())
                            .read("HEAD")
                            .status())
                    .as("which opens none")
                    .isEqualTo(200);
        } finally {
            for (RawClient each : streams) {
                each.close();
            }
        }
    }

    private static int unitsLeft(String rateLimit) {
        return Integer.parseInt(rateLimit.replaceAll(".*;r=([0-9]+);.*", "$1"));
    }

    @Test
    void stream_clientsThatAreGone_areLetGo() throws Exception {
        for (int i = 0; i < 100; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                socket.getOutputStream()
                        .write(("GET " + STREAM + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key + "\r\n\r\n")
                                .getBytes(StandardCharsets.ISO_8859_1));
                assertThat(socket.getInputStream().read()).isEqualTo('H');
            }
        }

        IntStream.range(0, 5).forEach(i -> publish("to nobody"));
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (server.server().bounds().streams().open() >= StreamPlaces.WORKSPACE_MAX) {
            assertThat(System.nanoTime()).as("time until one is let go").isLessThan(end);
            Thread.onSpinWait();
        }

        try (BufferedReader stream = open(null)) {
            for (int i = 0; i < 3; i++) {
                String id = publish("to one");
                assertThat(frame(stream)).contains("id: " + id);
            }
        }
    }

    @Test
    void close_whileStreamsAreOpen_endsThemCleanly() throws Exception {
        try (BufferedReader stream = open(null)) {
            String id = publish("last");
            assertThat(frame(stream)).contains("id: " + id);
            server.close();

            assertThat(stream.readLine())
                    .as("the end, and not a broken connection")
                    .isNull();
        }
    }

    @Test
    void stream_overHttp10_endsWithTheConnection() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(("GET " + STREAM + " HTTP/1.0\r\nAuthorization: Bearer " + key + "\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            BufferedReader reply =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            List<String> head = frame(reply);
            assertThat(head).contains("Content-Type: text/event-stream").noneMatch(line -> line.contains("chunked"));
            assertThat(frame(reply)).containsExactly(":");

            String id = publish("old");

            assertThat(frame(reply)).contains("id: " + id);
        }
    }

    @Test
    void head_ofAStream_isItsHeadersOnly() throws IOException {
        WireRequest head = WireRequest.of("HEAD", STREAM).withKey(key);
        try (RawClient client = new RawClient(server.port())) {
            RawReply reply = client.send(head.bytes()).read("HEAD");

            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.header("content-type")).isEqualTo("text/event-stream");
            assertThat(client.send(WireRequest.get("/health/live").bytes())
                            .read()
                            .status())
                    .as("the connection goes on")
                    .isEqualTo(200);
        }
    }

    private BufferedReader open(String lastEventId) throws IOException, InterruptedException {
        return open(server.port(), lastEventId);
    }

    private BufferedReader open(int port, String lastEventId) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + STREAM))
                .header("Authorization", "Bearer " + key);
        if (lastEventId != null) {
            request.header("Last-Event-ID", lastEventId);
        }
        HttpResponse<InputStream> response = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).isEqualTo(200);
        BufferedReader stream = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        if (lastEventId == null) {
            assertThat(frame(stream)).containsExactly(":");
        }
        return stream;
    }

    /** The lines up to the next empty one. */
    private static List<String> frame(BufferedReader stream) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = stream.readLine(); line != null && !line.isEmpty(); line = stream.readLine()) {
            lines.add(line);
        }
        return lines;
    }

    private String publish(String text) {
        return server.engine()
                .client(key)
                .publish("a.b", Json.of("{\"text\":\"" + text + "\"}"))
                .call()
                .id();
    }
}
