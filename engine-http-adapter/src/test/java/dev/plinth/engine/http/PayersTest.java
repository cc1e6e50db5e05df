package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.connection.Deadlines;
import dev.plinth.engine.server.ByteBudget;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Callers without a credential and the operator each have a share of the memory of their own. */
@Timeout(120)
class PayersTest {
    /** A heap so small that the least budgets apply: 8 MiB in all, 6 MiB for one payer. */
    private static final long SMALL_HEAP = 1;

    private static final int SHARE_BYTES = 6 * 1024 * 1024;
    private static final int BODY_BYTES = 256 * 1024;

    /** Answers of so many are more than the buffers of two sockets take. */
    private static final int PIPELINED = 200;

    private static final int WORKSPACES = 30;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** An answer that is not read is not cut before the test has asked, however slow the machine is. */
    private static final Deadlines PATIENT = new Deadlines(
            PATIENCE,
            PATIENCE,
            PATIENCE,
            PATIENCE,
            Deadlines.STANDARD.closing(),
            Deadlines.STANDARD.drain(),
            Deadlines.STANDARD.grace());

    private static final String OPENAPI = "GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n";

    private final LiveServer live = LiveServer.start();
    private final List<RawClient> clients = new ArrayList<>();
    private EngineServer server;

    @BeforeEach
    void start() {
        server = EngineServer.builder(live.engine()).port(0).start(PATIENT, SMALL_HEAP);
    }

    @AfterEach
    void stop() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
        server.close(Duration.ZERO);
        live.close();
    }

    private RawClient connect() throws IOException {
        RawClient client = new RawClient(server.port());
        clients.add(client);
        return client;
    }

    private static String body(String request, String credential, int length) {
        return request + " HTTP/1.1\r\nHost: a\r\n" + credential + "Content-Length: " + length + "\r\n\r\n";
    }

    @Test
    void body_thatTheRouteDoesNotTake_takesNoMemory() throws IOException {
        String operator = "Authorization: Bearer " + LiveServer.ADMIN_TOKEN + "\r\n";
        for (int i = 0; i < SHARE_BYTES / BODY_BYTES; i++) {
            connect().send(body("POST /admin/v1/workspaces", operator, BODY_BYTES) + "x".repeat(BODY_BYTES - 1));
        }
        await(SHARE_BYTES, server.bounds().bodies());

        RawClient stranger = connect().send(body("GET /health/live", "", BODY_BYTES) + "x".repeat(BODY_BYTES));

        assertThat(stranger.read().status()).isEqualTo(200);
        assertThat(stranger.send(WireRequest.get("/health/live").bytes()).read().status())
                .as("the connection goes on")
                .isEqualTo(200);
    }

    @Test
    void answers_thatStrangersDoNotRead_leaveThoseOfTheOperatorAlone() throws IOException {
        String metadata = IntStream.range(0, 50)
                .mapToObj(i -> "\"k" + i + "\":\"" + "x".repeat(500) + "\"")
                .collect(Collectors.joining(",", "{\"metadata\":{", "}}"));
        for (int i = 0; i < WORKSPACES; i++) {
            live.send(WireRequest.patch("/v1/workspace", metadata).withKey(live.key(live.workspace("starter"))));
        }
        int length = connect().send(OPENAPI).read().body().length;
        for (int held = length; held <= SHARE_BYTES; held += length) {
            connect().send(OPENAPI.repeat(PIPELINED));
            await(held, server.bounds().answers());
        }

        RawReply list = connect()
                .send(WireRequest.get("/admin/v1/workspaces?limit=100")
                        .withKey(LiveServer.ADMIN_TOKEN)
                        .bytes())
                .read();

        assertThat(list.status()).isEqualTo(200);
        assertThat(list.body()).hasSizeGreaterThan(length);
    }

    private static void await(long bytes, ByteBudget budget) {
        long began = System.nanoTime();
        while (budget.inFlight() < bytes) {
            assertThat(System.nanoTime() - began).isLessThan(PATIENCE.toNanos());
            Thread.onSpinWait();
        }
    }
}
