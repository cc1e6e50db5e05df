package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.http.connection.Deadlines;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The JSON values of a body take many times the bytes of the body: they have a bound of their own, for each workspace and in all. */
@Timeout(120)
class BodyValuesTest {
    /** A heap so small that the least budgets apply: 16 MiB of values in all, 12 MiB for a workspace. */
    private static final long SMALL_HEAP = 1;

    /** As many levels as a body may have below its own and that of its member. */
    private static final int LEVELS = 60;

    /** Bytes of a body whose values take almost a third of a workspace's share; and what those of three take at least. */
    private static final int THIRD_BYTES = 64_000;

    private static final int HELD_BYTES = 11 * 1024 * 1024;
    private static final long PATIENCE_NANOS = Duration.ofMinutes(1).toNanos();

    private final CompletableFuture<OperationResult> held = new CompletableFuture<>();
    private final LiveServer live = LiveServer.start(builder -> builder.operation("hold", operation -> held.join()));
    private final EngineServer server =
            EngineServer.builder(live.engine()).port(0).start(Deadlines.STANDARD, SMALL_HEAP);
    private final String key = live.key(live.workspace("starter"));
    private final String resource =
            live.engine().client(key).resources().create("n").call().id();
    private final List<RawClient> clients = new ArrayList<>();

    @AfterEach
    void stop() throws IOException {
        held.complete(OperationResult.of(Json.EMPTY_OBJECT));
        for (RawClient client : clients) {
            client.close();
        }
        server.close(Duration.ZERO);
        live.close();
    }

    private RawClient send(WireRequest request) throws IOException {
        RawClient client = new RawClient(server.port());
        clients.add(client);
        return client.send(request.withKey(key).bytes());
    }

    /** Arrays in arrays: no other values take so much more than their text. */
    private static String input(int bytes) {
        String chain = "[".repeat(LEVELS) + "]".repeat(LEVELS) + ",";
        return "{\"input\":{\"a\":[" + chain.repeat(bytes / chain.length()) + "1]}}";
    }

    private WireRequest hold(int bytes) {
        return WireRequest.post("/v1/resources/" + resource + "/operations/hold", input(bytes));
    }

    private void awaitHeld() {
        long began = System.nanoTime();
        while (server.bounds().values().inFlight() < HELD_BYTES) {
            assertThat(System.nanoTime() - began).isLessThan(PATIENCE_NANOS);
            Thread.onSpinWait();
        }
    }

    private static void assertNoMemory(RawReply reply) {
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.text()).contains("capacity_exhausted").contains("JSON values");
    }

    @Test
    void body_whoseValuesTakeMoreThanTheShare_isRefusedAtStepSix() throws IOException {
        RawReply reply = send(hold(250_000)).read();

        assertNoMemory(reply);
        assertThat(reply.header("retry-after")).isEqualTo("1");
        assertThat(reply.header("ratelimit")).as("the unit is given back").contains("r=59;");
        assertThat(server.bounds().values().inFlight()).isZero();
    }

    @Test
    void values_ofCallsThatAreUnderWay_areHeldUntilTheirAnswer() throws IOException {
        RawClient first = send(hold(THIRD_BYTES));
        send(hold(THIRD_BYTES));
        send(hold(THIRD_BYTES));
        awaitHeld();

        assertNoMemory(send(hold(THIRD_BYTES)).read());

        held.complete(OperationResult.of(Json.EMPTY_OBJECT));
        assertThat(first.read().status()).isEqualTo(200);
        assertThat(send(hold(THIRD_BYTES)).read().status()).isEqualTo(200);
    }

    @Test
    void body_ofFewValues_isTakenWhereTheOthersHoldAll() throws IOException {
        RawClient first = send(hold(THIRD_BYTES));
        send(hold(THIRD_BYTES));
        send(hold(THIRD_BYTES));
        awaitHeld();

        RawReply small =
                send(WireRequest.post("/v1/resources", "{\"name\":\"n\"}")).read();

        assertThat(small.status()).isEqualTo(201);
        held.complete(OperationResult.of(Json.EMPTY_OBJECT));
        assertThat(first.read().status()).isEqualTo(200);
    }
}
