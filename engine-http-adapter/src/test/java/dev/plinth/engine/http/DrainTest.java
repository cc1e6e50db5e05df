package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.http.call.EngineCallService;
import dev.plinth.engine.http.connection.Deadlines;
import dev.plinth.engine.settings.Plan;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests what clients of a server see that closes: those that wait, and those that send one request after the other. */
@Timeout(120)
class DrainTest {
    private static final int CLIENTS = 128;
    private static final int ANSWERS_BEFORE = 20;

    /** Less than the 30 s that the clients ask to wait. */
    private static final long SECONDS_MAX = 20;

    private static final String LEASE = "{\"types\":[\"elsewhere\"],\"wait\":30}";

    /** So long that only a hang reaches it, and no slow machine does. */
    private static final Duration LONG = Duration.ofMinutes(1);

    private static final Deadlines PATIENT = new Deadlines(LONG, LONG, LONG, LONG, LONG, LONG, LONG);

    private final LiveServer live = LiveServer.start(builder -> builder.plan(Plan.perMinute("wide", 1_000_000)));
    private final EngineServer patient = EngineServer.start(
            (executor, audiences) -> new EngineCallService(live.engine(), executor), "127.0.0.1", 0, PATIENT);
    private String key;

    /** Tells what a host may close first. */
    private enum First {
        SERVER,
        ENGINE
    }

    @BeforeEach
    void makeKey() {
        key = live.key(live.workspace("wide"));
    }

    @AfterEach
    void stop() {
        patient.close();
        live.close();
    }

    @ParameterizedTest
    @EnumSource
    void close_whileClientsWait_answersThemAndReturns(First first) throws Exception {
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        try (RawClient poll = new RawClient(live.port());
                RawClient lease = new RawClient(live.port());
                Socket stream = new Socket(InetAddress.getLoopbackAddress(), live.port())) {
            String job = poll.send(post("/v1/jobs", "{\"type\":\"idle\",\"input\":{}}"))
                    .read()
                    .header("location");
            // The server has each of them in hand before it closes: of one that it has not seen it may close the
            // connection.
            long units = unitsLeft();
            poll.send(get(job + "?wait=30"));
            awaitTaken(units);
            lease.send("POST /v1/jobs/lease HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key
                    + "\r\nContent-Length: " + LEASE.length() + "\r\nExpect: 100-continue\r\n\r\n");
            assertThat(lease.read().status()).isEqualTo(100);
            lease.send(LEASE);
            stream.getOutputStream().write(get("/v1/events/stream"));
            assertThat(stream.getInputStream().read()).isEqualTo('H');

            closed.completeAsync(() -> close(first, live.server()), task -> new Thread(task).start());

            for (RawReply answer : List.of(poll.read(), lease.read())) {
                if (first == First.SERVER || answer.status() != 503) {
                    assertThat(answer.status()).isEqualTo(200);
                    assertThat(answer.text()).containsAnyOf("\"status\":\"queued\"", "\"data\":[]");
                }
            }
            String streamed = new String(stream.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(streamed).as("a body with an end").endsWith("0\r\n\r\n");
        }
        assertThat(closed.get(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
    }

    /** A poll that comes on a kept connection while the server drains is answered at once. */
    @Test
    void poll_duringTheDrain_doesNotWait() throws Exception {
        try (RawClient poll = new RawClient(patient.port())) {
            String job = poll.send(post("/v1/jobs", "{\"type\":\"idle\",\"input\":{}}"))
                    .read()
                    .header("location");
            patient.drain();

            RawReply polled = poll.send(get(job + "?wait=30")).read();

            assertThat(polled.status()).isEqualTo(200);
            assertThat(polled.header("connection")).isEqualTo("close");
            assertThat(live.engine().call(callOf(job)).status())
                    .as("the engine is open")
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @EnumSource
    void close_whileClientsSendOneRequestAfterTheOther_noneIsCut(First first) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        CountDownLatch busy = new CountDownLatch(CLIENTS);
        try {
            List<Future<List<Integer>>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(threads.submit(() -> sendUntilToldToClose(busy)));
            }
            busy.await();

            assertThat(close(first, patient)).isTrue();

            List<Integer> statuses = new ArrayList<>();
            for (Future<List<Integer>> each : clients) {
                statuses.addAll(each.get(SECONDS_MAX, TimeUnit.SECONDS));
            }
            assertThat(statuses).hasSizeGreaterThan(CLIENTS * ANSWERS_BEFORE);
            if (first == First.SERVER) {
                assertThat(statuses).containsOnly(200);
            } else {
                assertThat(statuses).isSubsetOf(200, 503);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** The statuses of all answers; the last one says that the connection is closed, and before that none is missing. */
    private List<Integer> sendUntilToldToClose(CountDownLatch busy) throws IOException {
        List<Integer> statuses = new ArrayList<>();
        try (RawClient client = new RawClient(patient.port())) {
            RawReply reply;
            do {
                reply = client.send(get("/v1/workspace")).read();
                statuses.add(reply.status());
                if (statuses.size() == ANSWERS_BEFORE) {
                    busy.countDown();
                }
            } while (!"close".equals(reply.header("connection")));
            assertThat(client.isAtEnd()).isTrue();
        }
        return statuses;
    }

    /** While the clock stands, none comes back. */
    private long unitsLeft() {
        return live.engine().client(key).rateLimit().call().remaining();
    }

    /** Waits until a call has taken its unit, and not for ever. */
    private void awaitTaken(long unitsBefore) {
        long end = System.nanoTime() + LONG.toNanos();
        while (unitsLeft() == unitsBefore) {
            assertThat(System.nanoTime()).as("time until the call is taken").isLessThan(end);
        }
    }

    private boolean close(First first, EngineServer server) {
        Stream<Runnable> inOrder = first == First.SERVER
                ? Stream.of(server::close, live.engine()::close)
                : Stream.of(live.engine()::close, server::close);
        inOrder.forEach(Runnable::run);
        return true;
    }

    private byte[] get(String target) {
        return WireRequest.get(target).withKey(key).bytes();
    }

    private byte[] post(String target, String body) {
        return WireRequest.post(target, body).withKey(key).bytes();
    }

    private Call callOf(String path) {
        return Call.of("GET", path).withKey(key);
    }
}
