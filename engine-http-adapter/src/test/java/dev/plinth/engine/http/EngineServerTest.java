package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.connection.Deadlines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Life of the server as a whole: start, many clients, drain, end. */
class EngineServerTest {
    private static final int CLIENTS = 200;
    private static final int REQUESTS_EACH = 50;
    private static final String GET = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

    private final FakeCallService calls = new FakeCallService();

    private EngineServer start() {
        return EngineServer.start((executor, audiences) -> calls, "127.0.0.1", 0, Deadlines.STANDARD);
    }

    @Test
    void port_anyFree_isTold() {
        try (EngineServer server = start()) {
            assertThat(server.port()).isPositive();
            assertThat(server.uri()).hasToString("http://127.0.0.1:" + server.port());
        }
    }

    @Test
    void port_inUse_saysSoInOneSentence() {
        try (EngineServer server = start()) {
            assertThatThrownBy(() -> EngineServer.start(
                            (executor, audiences) -> calls, "127.0.0.1", server.port(), Deadlines.STANDARD))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("127.0.0.1:" + server.port())
                    .hasMessageContaining("Stop what uses the port");
        }
    }

    @Test
    void host_unknown_saysSo() {
        assertThatThrownBy(
                        () -> EngineServer.start((executor, audiences) -> calls, "host.invalid", 0, Deadlines.STANDARD))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("host.invalid does not resolve");
    }

    /** The address is one of those that documents may use (RFC 5737), and so nobody's. */
    @Test
    void host_ofAnotherMachine_saysSo() {
        assertThatThrownBy(() -> EngineServer.start((executor, audiences) -> calls, "192.0.2.1", 0, Deadlines.STANDARD))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("192.0.2.1 is not an address of this machine")
                .hasMessageNotContaining("Stop what uses");
    }

    @Test
    @SuppressWarnings("NullAway") // what a host without a null checker may do
    void host_nullOrEmpty_refused() {
        assertThatThrownBy(() -> EngineServer.start((executor, audiences) -> calls, null, 0, Deadlines.STANDARD))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("host");
        assertThatThrownBy(() -> EngineServer.start((executor, audiences) -> calls, " ", 0, Deadlines.STANDARD))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("host");
    }

    @Test
    void port_outOfRange_refused() {
        assertThatThrownBy(() ->
                        EngineServer.start((executor, audiences) -> calls, "127.0.0.1", 65_536, Deadlines.STANDARD))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void clients_manyOnKeptConnections_allAnswered() throws Exception {
        ExecutorService answering = Executors.newFixedThreadPool(2);
        calls.answer = call -> CompletableFuture.supplyAsync(() -> FakeCallService.ok(call.path()), answering);
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try (EngineServer server = start()) {
            CountDownLatch allConnected = new CountDownLatch(CLIENTS);
            List<Future<Integer>> answered = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                answered.add(threads.submit(client(server.port(), i, allConnected)));
            }
            for (Future<Integer> each : answered) {
                assertThat(each.get()).isEqualTo(REQUESTS_EACH);
            }
        } finally {
            threads.shutdownNow();
            answering.shutdown();
        }
        assertThat(calls.calls).hasSize(CLIENTS * REQUESTS_EACH);
    }

    private static Callable<Integer> client(int port, int number, CountDownLatch allConnected) {
        return () -> {
            int right = 0;
            try (RawClient client = new RawClient(port)) {
                allConnected.countDown();
                allConnected.await();
                for (int i = 0; i < REQUESTS_EACH; i++) {
                    String path = "/" + number + "/" + i;
                    client.send("POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}");
                    right += client.read().text().equals(path) ? 1 : 0;
                }
            }
            return right;
        };
    }

    @Test
    void close_requestInFlight_finishes() throws Exception {
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        CountDownLatch inFlight = new CountDownLatch(1);
        calls.answer = call -> {
            inFlight.countDown();
            return reply;
        };
        EngineServer server = start();
        // In this order: what is accepted first is not left in the kernel's queue when the other one is in flight.
        try (RawClient idle = new RawClient(server.port());
                RawClient busy = new RawClient(server.port())) {
            busy.send(GET);
            inFlight.await();

            CompletableFuture<Void> closed =
                    CompletableFuture.runAsync(server::close, task -> new Thread(task).start());
            assertThat(idle.isAtEnd()).as("an idle connection is closed").isTrue();
            assertThat(closed).isNotDone();
            reply.complete(FakeCallService.ok("finished"));

            RawReply finished = busy.read();
            assertThat(finished.text()).isEqualTo("finished");
            assertThat(finished.header("connection")).isEqualTo("close");
            assertThat(busy.isAtEnd()).isTrue();
            closed.get();
        }
    }

    @Test
    void close_requestNeverFinishes_cutWhenTheTimeIsOver() throws Exception {
        CountDownLatch inFlight = new CountDownLatch(1);
        calls.answer = call -> {
            inFlight.countDown();
            return new CompletableFuture<>();
        };
        Duration drain = Duration.ofMillis(300);
        Duration other = Duration.ofSeconds(30);
        EngineServer server = EngineServer.start(
                (executor, audiences) -> calls,
                "127.0.0.1",
                0,
                new Deadlines(other, other, other, other, other, drain, drain));
        try (RawClient client = new RawClient(server.port())) {
            client.send(GET);
            inFlight.await();

            server.close();

            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void close_newConnection_refused() {
        EngineServer server = start();
        int port = server.port();
        server.close();

        assertThatThrownBy(() -> new RawClient(port)).isInstanceOf(IOException.class);
    }

    @Test
    void close_twice_doesNothing() {
        EngineServer server = start();
        server.close();
        server.close();
    }

    @Test
    void start_again_onTheSamePort() throws IOException, ExecutionException {
        EngineServer first = start();
        int port = first.port();
        try (RawClient client = new RawClient(port)) {
            client.send(GET).read();
            first.close();
        }
        try (EngineServer second =
                        EngineServer.start((executor, audiences) -> calls, "127.0.0.1", port, Deadlines.STANDARD);
                RawClient client = new RawClient(second.port())) {
            assertThat(client.send(GET).read().status()).isEqualTo(200);
        }
    }
}
