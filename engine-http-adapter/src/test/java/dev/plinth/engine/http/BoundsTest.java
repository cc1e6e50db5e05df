package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.call.FramingLimits;
import dev.plinth.engine.http.connection.Deadlines;
import dev.plinth.engine.server.Admission;
import dev.plinth.engine.server.StreamPlaces;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A caller cannot use up the memory of a server: bodies, answers and streams in flight have bounds. */
class BoundsTest {
    /** A heap so small that the least budgets apply: 8 MiB in all, 6 MiB for a workspace. */
    private static final long SMALL_HEAP = 1;

    /** A heap of whose budget a workspace gets 32 MiB. */
    private static final long LARGE_HEAP = 2L * 1024 * 1024 * 1024;

    /** The bounds of the smallest heap. */
    private static final int HEADERS_BUDGET_BYTES = 4 * 1024 * 1024;

    private static final int LONG_HEADER_BYTES = 7_000;
    private static final String LEFT = "\"pro\";r=7;t=1";

    /** More than the buffers of two sockets take. */
    private static final int HUGE_BYTES = 16 * 1024 * 1024;

    /** A time that nothing here takes, however slow the machine is. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final int BODY_BYTES = 4 * 1024 * 1024;
    private static final int PART_BYTES = 256 * 1024;

    /** More than the head of an answer may have. */
    private static final int LONG_HEAD_BYTES = 100_000;

    private final FakeCallService calls = new FakeCallService();
    private final List<RawClient> clients = new ArrayList<>();
    private EngineServer server = start(patient(PATIENCE), SMALL_HEAP);
    private volatile LongPredicate values = bytes -> true;

    /** Deadlines that nothing here meets, but that for writing where it is short. */
    private static Deadlines patient(Duration write) {
        Duration drain = Duration.ofMillis(200);
        return new Deadlines(PATIENCE, PATIENCE, write, PATIENCE, PATIENCE, drain, drain);
    }

    private EngineServer start(Deadlines deadlines, long heapBytes) {
        calls.admission = whole -> of("ws_a", whole);
        return new EngineServerBuilder((executor, audiences) -> calls).port(0).start(deadlines, heapBytes);
    }

    /** Serves with another deadline for writing, and room for more than the kernel takes. */
    private void restart(Duration write) {
        server.close(Duration.ZERO);
        server = start(patient(write), LARGE_HEAP);
    }

    @AfterEach
    void stop() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
        server.close(Duration.ZERO);
    }

    private Admission of(String workspace, Admission whole) {
        return new Admission() {
            @Override
            public boolean isRefused() {
                return false;
            }

            @Override
            public Optional<String> payer() {
                return Optional.of(workspace);
            }

            @Override
            public boolean takesBody() {
                return true;
            }

            @Override
            public int bodyBytesMax() {
                return BODY_BYTES;
            }

            @Override
            public CompletableFuture<Reply> submit(byte[] body, LongPredicate memory) {
                values = memory;
                return whole.submit(body, memory);
            }

            @Override
            public CompletableFuture<Reply> submitTooLarge() {
                return whole.submitTooLarge();
            }

            @Override
            public CompletableFuture<Reply> submitWithoutRoom(String detail) {
                return whole.submitWithoutRoom(detail);
            }
        };
    }

    private RawClient connect() throws IOException {
        RawClient client = new RawClient(server.port());
        clients.add(client);
        return client;
    }

    /** Waits for another thread, and not for ever. */
    private static void await(BooleanSupplier holds) {
        long began = System.nanoTime();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() - began > PATIENCE.toNanos()) {
                throw new AssertionError("Expected it to come about within " + PATIENCE + ", but it did not");
            }
            Thread.onSpinWait();
        }
    }

    private void awaitBodies(long bytes) {
        await(() -> server.bounds().bodies().inFlight() == bytes);
    }

    private RawClient sendAlmostAll() throws IOException {
        return connect()
                .send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + BODY_BYTES + "\r\n\r\n"
                        + "x".repeat(BODY_BYTES - 1));
    }

    @Test
    void headers_thatDoNotEnd_areRefusedBeyondTheirBudgetAndFreeAfterwards() throws IOException {
        String begun =
                "GET / HTTP/1.1\r\nHost: a\r\n" + ("X: " + "x".repeat(LONG_HEADER_BYTES - 1) + "\r\n").repeat(4) + "Y";
        for (int held = 1; held <= HEADERS_BUDGET_BYTES / (4 * LONG_HEADER_BYTES); held++) {
            connect().send(begun);
            long bytes = held * 4L * LONG_HEADER_BYTES;
            await(() -> server.connectionBounds().headers().inFlight() == bytes);
        }

        RawReply refused = connect().send(begun + ": y\r\n\r\n").read();

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.text()).contains("capacity_exhausted").contains("headers");
        assertThat(connect().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read().status())
                .as("a request with short headers")
                .isEqualTo(200);
        for (RawClient client : clients) {
            client.close();
        }
        await(() -> server.connectionBounds().headers().inFlight() == 0);
        assertThat(connect().send(begun + ": y\r\n\r\n").read().status()).isEqualTo(200);
    }

    @Test
    void bodies_ofAWorkspaceBeyondItsBudget_areRefusedAndTheirConnectionsClosed() throws IOException {
        RawClient first = sendAlmostAll();
        awaitBodies(BODY_BYTES);

        RawReply refused = sendAlmostAll().read();

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.text()).contains("capacity_exhausted").contains("bodies");
        assertThat(refused.header("connection")).isEqualTo("close");
        assertThat(first.send("x").read().status()).isEqualTo(200);
        awaitBodies(0);
        assertThat(sendAlmostAll().send("x").read().status()).isEqualTo(200);
    }

    @Test
    void body_ofAnotherWorkspace_fitsWhereTheFirstHasUsedUpItsOwn() throws IOException {
        sendAlmostAll();
        awaitBodies(BODY_BYTES);
        calls.admission = whole -> of("ws_b", whole);

        RawReply reply = connect()
                .send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n" + "x".repeat(60_000))
                .read();

        assertThat(reply.status()).isEqualTo(200);
    }

    @Test
    void bytes_ofABodyWhoseClientGoes_areGivenBack() throws IOException {
        RawClient gone = sendAlmostAll();
        awaitBodies(BODY_BYTES);

        gone.close();

        awaitBodies(0);
    }

    @Test
    void bytes_ofABodyThatWaitsForItsAnswer_areHeld() throws IOException {
        CompletableFuture<Reply> late = new CompletableFuture<>();
        CountDownLatch called = new CountDownLatch(1);
        calls.answer = call -> {
            called.countDown();
            return late;
        };
        RawClient waiting = sendAlmostAll().send("x");
        awaitUntil(called);

        assertThat(server.bounds().bodies().inFlight()).isEqualTo(BODY_BYTES);
        late.complete(FakeCallService.ok("late"));

        assertThat(waiting.read().text()).isEqualTo("late");
        awaitBodies(0);
    }

    @Test
    void values_ofACall_areHeldUntilItsAnswerAndNotTakenAfterwards() throws IOException {
        CompletableFuture<Reply> late = new CompletableFuture<>();
        CountDownLatch called = new CountDownLatch(1);
        calls.answer = call -> {
            assertThat(values.test(1)).isTrue();
            called.countDown();
            return late;
        };
        RawClient waiting = connect().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
        awaitUntil(called);
        assertThat(server.bounds().values().inFlight()).isEqualTo(1);

        late.complete(FakeCallService.ok("late"));

        assertThat(waiting.read().text()).isEqualTo("late");
        assertThat(values.test(1)).isFalse();
        assertThat(server.bounds().values().inFlight()).isZero();
    }

    @Test
    void values_ofAnAnsweredCallThatHadNone_areNotTaken() throws IOException {
        assertThat(connect().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read().status())
                .isEqualTo(200);

        assertThat(values.test(1)).isFalse();
        assertThat(server.bounds().values().inFlight()).isZero();
    }

    @Test
    void answer_whoseHeadIsTooLong_isGivenBack() throws IOException {
        calls.answer = call -> CompletableFuture.completedFuture(Reply.of(
                200, Map.of("X-Long", "x".repeat(LONG_HEAD_BYTES)), new byte[FramingLimits.ANSWER_BYTES_COUNTED_MIN]));

        RawReply reply = connect().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read();

        assertThat(reply.status()).isGreaterThanOrEqualTo(400);
        assertThat(server.bounds().answers().inFlight()).isZero();
    }

    private static void awaitUntil(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Two of these are the budget of a workspace. */
    private void answerHugely() {
        calls.answer = call -> CompletableFuture.completedFuture(Reply.of(200, Map.of(), new byte[HUGE_BYTES]));
    }

    private void send(String request, int unread) throws IOException {
        for (int sent = 1; sent <= unread; sent++) {
            connect().send(request);
            long bytes = (long) sent * HUGE_BYTES;
            await(() -> server.bounds().answers().inFlight() == bytes);
        }
    }

    @Test
    void answer_thatDoesNotFit_isRefusedAndTellsItsRateLimit() throws IOException {
        restart(Duration.ofMinutes(1));
        answerHugely();
        send("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 1);
        calls.answer = call -> CompletableFuture.completedFuture(
                Reply.of(200, Map.of("RateLimit", LEFT), new byte[HUGE_BYTES / 2 * 3]));

        RawReply refused = connect().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read();

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("ratelimit")).isEqualTo(LEFT);
    }

    @Test
    void answers_thatAreNotRead_areRefusedBeyondTheBudgetOfTheWorkspace() throws IOException {
        restart(Duration.ofMinutes(1));
        answerHugely();
        send("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 2);

        RawReply refused = connect().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read();

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.text()).contains("capacity_exhausted").contains("answers");
        assertThat(clients.get(0).read().body()).hasSize(HUGE_BYTES);
        calls.admission = whole -> of("ws_b", whole);
        assertThat(connect().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read().status())
                .as("a workspace with nothing in flight")
                .isEqualTo(200);
    }

    @Test
    void change_ofAWorkspaceWhoseAnswersAreNotRead_isRefusedBeforeItIsMade() throws IOException {
        restart(Duration.ofMinutes(1));
        answerHugely();
        send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", 2);

        RawReply refused = connect()
                .send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}")
                .read();

        assertThat(refused.status()).isEqualTo(503);
        assertThat(calls.calls).hasSize(2);
    }

    @Test
    void answer_thatIsNotRead_isCutAtItsDeadline() throws IOException {
        restart(Duration.ofMillis(200));
        answerHugely();
        RawClient slow = connect().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        // Its headers alone: they come once the bytes behind them are counted.
        assertThat(slow.read("HEAD").status()).isEqualTo(200);

        await(() -> server.bounds().answers().inFlight() == 0);

        assertThat(slow.text().length()).as("what the kernel had taken").isLessThan(HUGE_BYTES);
    }

    @Test
    void stream_thatIsNotRead_isCutAtItsDeadline() throws IOException {
        restart(Duration.ofMillis(200));
        calls.answer = call -> CompletableFuture.completedFuture(
                Reply.of(200, Map.of(), new byte[] {':'}).withRest(BoundsTest::partAfterPart));
        RawClient slow = connect().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        // Its headers alone: they come once the stream is counted.
        assertThat(slow.read("HEAD").status()).isEqualTo(200);

        await(() -> server.bounds().streams().open() == 0);

        await(() -> server.bounds().answers().inFlight() == 0);
    }

    private static CompletableFuture<Reply.Part> partAfterPart() {
        return CompletableFuture.completedFuture(Reply.Part.of(new byte[PART_BYTES], BoundsTest::partAfterPart));
    }

    @Test
    void streams_ofAWorkspaceBeyondTheirNumber_areRefused() throws IOException {
        calls.answer = call -> CompletableFuture.completedFuture(
                Reply.of(200, Map.of(), new byte[] {':'}).withRest(CompletableFuture::new));
        for (int i = 0; i < StreamPlaces.WORKSPACE_MAX; i++) {
            connect().send("GET / HTTP/1.0\r\n\r\n");
        }
        await(() -> server.bounds().streams().open() == StreamPlaces.WORKSPACE_MAX);

        RawClient beyond = connect().send("GET / HTTP/1.0\r\n\r\n");

        assertThat(beyond.read().status()).isEqualTo(429);
        await(() -> server.bounds().streams().open() == StreamPlaces.WORKSPACE_MAX);
    }
}
