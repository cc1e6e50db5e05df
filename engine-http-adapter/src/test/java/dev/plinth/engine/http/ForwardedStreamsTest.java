package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Patience;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.http.NodesOfALog.Served;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests streams and waits through a node that does not lead. */
@Timeout(300)
class ForwardedStreamsTest {
    private static final int CALLERS = 64;
    private static final int SILENCE_MILLIS = 120_000;
    private static final String LAST_CHUNK = "0";

    @TempDir
    private Path directory;

    private NodesOfALog nodes;
    private Served leader;
    private Served follower;
    private String key;

    @BeforeEach
    void start() {
        nodes = NodesOfALog.start(directory, 2);
        leader = nodes.node(0);
        follower = nodes.node(1);
        key = nodes.key("business");
    }

    @AfterEach
    void stop() {
        nodes.close();
    }

    /** A stream of events as a client reads it. */
    private static final class Stream implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader lines;

        Stream(Served node, String key, Optional<String> last) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), node.port());
            socket.setSoTimeout(SILENCE_MILLIS);
            WireRequest request = WireRequest.get("/v1/events/stream").withKey(key);
            WireRequest resumed =
                    last.map(id -> request.with("Last-Event-ID", id)).orElse(request);
            socket.getOutputStream().write(resumed.bytes());
            lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }

        /** Reads to the id of the next event; empty at the end of the stream. */
        Optional<String> event() throws IOException {
            String id = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals(LAST_CHUNK)) {
                    return Optional.empty();
                } else if (line.startsWith("id: ")) {
                    id = line.substring("id: ".length());
                } else if (line.startsWith("event: ")) {
                    return Optional.of(id);
                }
            }
            return Optional.empty();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static RawReply send(Served node, WireRequest request) throws IOException {
        try (RawClient client = new RawClient(node.port())) {
            return client.waiting(SILENCE_MILLIS).send(request.bytes()).read(request.method());
        }
    }

    private String publish(Served node) throws IOException {
        RawReply reply = send(
                node,
                WireRequest.post("/v1/events", "{\"type\":\"a.b\",\"data\":{}}").withKey(key));
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        return text(reply, "/id");
    }

    private static String text(RawReply reply, String pointer) {
        String value = Json.of(reply.text()).at(pointer).orElseThrow().toString();
        return value.substring(1, value.length() - 1);
    }

    private int streams(Served node) {
        return node.server().bounds().streams().open();
    }

    @Test
    void stream_throughAFollower_showsEachEventAsItHappensAndResumes() throws IOException {
        String last = "";
        try (Stream stream = new Stream(follower, key, Optional.empty())) {
            Patience.until(() -> streams(leader) == 1);
            for (int i = 0; i < 3; i++) {
                last = publish(follower);
                assertThat(stream.event()).contains(last);
            }
        }
        String missed = publish(leader);
        try (Stream resumed = new Stream(follower, key, Optional.of(last))) {
            assertThat(resumed.event()).contains(missed);
        }
    }

    @Test
    void stream_whoseClientHangsUp_endsAtTheLeader() throws IOException {
        try (Stream stream = new Stream(follower, key, Optional.empty())) {
            Patience.until(() -> streams(leader) == 1);
            String id = publish(leader);
            assertThat(stream.event()).contains(id);
        }
        Patience.until(() -> {
            publish(leader);
            return streams(leader) == 0;
        });
    }

    @Test
    void stream_whoseLeaderIsGone_endsAndGoesOnAtTheNextOne() throws IOException {
        String seen;
        try (Stream stream = new Stream(follower, key, Optional.empty())) {
            Patience.until(() -> streams(leader) == 1);
            seen = publish(leader);
            assertThat(stream.event()).contains(seen);
            leader.crash();
            assertThat(stream.event()).isEmpty();
        }
        nodes.expireLeaseUntil(follower);
        try (Stream resumed = new Stream(follower, key, Optional.of(seen))) {
            String next = publish(follower);
            assertThat(resumed.event()).contains(next);
        }
    }

    @Test
    void stream_ofALeaderThatIsSilentForEver_endsOnceAnotherOneLeads() throws IOException {
        try (Stream stream = new Stream(follower, key, Optional.empty())) {
            Patience.until(() -> streams(leader) == 1);
            String seen = publish(leader);
            assertThat(stream.event()).contains(seen);
            nodes.expireLeaseUntil(follower);
            assertThat(stream.event()).isEmpty();
        }
    }

    @Test
    void stream_ofAServerThatCloses_ends() throws IOException {
        try (Stream stream = new Stream(follower, key, Optional.empty())) {
            Patience.until(() -> streams(leader) == 1);
            String seen = publish(leader);
            assertThat(stream.event()).contains(seen);
            follower.server().drain();
            assertThat(stream.event()).isEmpty();
        }
        Patience.until(() -> {
            publish(leader);
            return streams(leader) == 0;
        });
    }

    @Test
    void waits_ofManyCallers_needNoThreadEach() throws Exception {
        String job = text(
                send(
                        leader,
                        WireRequest.post("/v1/jobs", "{\"type\":\"elsewhere\",\"input\":{}}")
                                .withKey(key)),
                "/job_id");
        WireRequest wait = WireRequest.get("/v1/jobs/" + job + "?wait=30").withKey(key);
        send(follower, WireRequest.get("/v1/jobs/" + job).withKey(key));
        List<RawClient> clients = new ArrayList<>();
        long before = threadsInCalls();
        for (int i = 0; i < CALLERS; i++) {
            clients.add(new RawClient(follower.port()).waiting(SILENCE_MILLIS).send(wait.bytes()));
        }
        Patience.until(() -> leader.server().connections() >= CALLERS);

        Patience.until(() -> threadsInCalls() - before < CALLERS / 2);
        assertThat(send(
                                leader,
                                WireRequest.post("/v1/jobs/" + job + "/cancel", "")
                                        .withKey(key))
                        .status())
                .isEqualTo(200);
        for (RawClient client : clients) {
            assertThat(client.read().text()).contains("\"status\":\"canceled\"");
            client.close();
        }
    }

    /** Returns how many threads run code of ours. Others of a pool are idle, as many as have met a crowd of calls. */
    private static long threadsInCalls() {
        return Thread.getAllStackTraces().values().stream()
                .filter(stack -> Arrays.stream(stack)
                        .anyMatch(frame -> frame.getClassName().startsWith("dev.plinth.engine.")
                                && !frame.getClassName().equals("dev.plinth.engine.internal.base.EngineThread")))
                .count();
    }

    @Test
    void wait_whileTheLeaderChanges_isAnsweredByTheNextOne() throws Exception {
        String job = text(
                send(
                        leader,
                        WireRequest.post("/v1/jobs", "{\"type\":\"elsewhere\",\"input\":{}}")
                                .withKey(key)),
                "/job_id");
        ExecutorService caller = Executors.newSingleThreadExecutor();
        Future<RawReply> waiting = caller.submit(() ->
                send(follower, WireRequest.get("/v1/jobs/" + job + "?wait=30").withKey(key)));
        caller.shutdown();
        Patience.until(() -> leader.server().connections() > 0);
        leader.crash();
        nodes.expireLeaseUntil(follower);
        send(follower, WireRequest.post("/v1/jobs/" + job + "/cancel", "").withKey(key));

        assertThat(waiting.get().text()).contains("\"status\":\"canceled\"");
        assertThat(waiting.get().header("plinth-node")).isEqualTo("node-1");
    }

    @Test
    void wait_atAServerThatCloses_isToldSo() throws Exception {
        String job = text(
                send(
                        leader,
                        WireRequest.post("/v1/jobs", "{\"type\":\"elsewhere\",\"input\":{}}")
                                .withKey(key)),
                "/job_id");
        CompletableFuture<RawReply> reply = new CompletableFuture<>();
        try (RawClient client = new RawClient(follower.port())) {
            client.waiting(SILENCE_MILLIS)
                    .send(WireRequest.get("/v1/jobs/" + job + "?wait=30")
                            .withKey(key)
                            .bytes());
            Patience.until(() -> leader.server().connections() > 0);
            follower.server().drain();
            reply.complete(client.read());
        }

        assertThat(reply.get().status()).isEqualTo(503);
        assertThat(reply.get().text()).contains("\"code\":\"shutting_down\"");
        assertThat(reply.get().header("retry-after")).isEqualTo("1");
        follower.server().close(Duration.ZERO);
    }
}
