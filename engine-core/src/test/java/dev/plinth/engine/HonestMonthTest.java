package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.ManualClock;
import dev.plinth.engine.api.Plan;
import dev.plinth.engine.api.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * An honest workspace at the limit of its plan for 40 days: the tables that the engine has unless told otherwise hold what a Starter
 * makes. Plan and tables are scaled down by the same factor, and every call changes something.
 */
@Timeout(1200)
@Tag("scaled")
final class HonestMonthTest {
    /** A Starter's calls a day, for each resource that the tables are laid out for. */
    private static final double CALLS_PER_DAY_AND_RESOURCE = 60 * 1440 / 1_000_000.0;

    private static final int RESOURCES = TestScale.count(20_000);
    private static final int CALLS_PER_DAY = (int) (RESOURCES * CALLS_PER_DAY_AND_RESOURCE);
    private static final int DAYS = 40;
    private static final int ROUND = 10;
    private static final String OPERATOR = "a-token-of-the-operator";

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    private final ArrayDeque<String> resources = new ArrayDeque<>();
    private String key = "";

    @Test
    void starter_atItsLimitFor40Days_isNeverRefusedAndStaysWithinItsShares() throws IOException {
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        receiver.start();
        Plan plan = new Plan("honest", CALLS_PER_DAY, 86_400, 20, 10_000, Plan.UNLIMITED, List.of());
        try (Engine engine = Engine.builder()
                .clock(clock)
                .adminToken(OPERATOR)
                .maxResources(RESOURCES)
                .plan(plan)
                .webhookAllow("127.0.0.0/8")
                .jobHandler("work", job -> Json.of("{\"done\":true}"))
                .open()) {
            String workspace =
                    engine.admin().createWorkspace("acme", plan.name()).call().id();
            key = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
            taken(engine.call(Call.of("POST", "/v1/webhook-endpoints")
                    .withKey(key)
                    .withBody(Json.of("{\"url\":\"http://127.0.0.1:"
                            + receiver.getAddress().getPort() + "/\"}"))));
            Duration between = Duration.ofDays(1).dividedBy(CALLS_PER_DAY).plusMillis(1);
            long calls = (long) CALLS_PER_DAY * DAYS;
            for (long i = 0; i < calls; i++) {
                clock.advance(between);
                taken(call(engine, i));
            }

            String tables = engine.call(Call.of("GET", "/admin/v1/tables").withKey(OPERATOR))
                    .text();
            long events = rows(tables, "events");
            assertThat(events).isBetween(CALLS_PER_DAY * 29L, (long) (RESOURCES * 3 * 0.9));
            assertThat(rows(tables, "deliveries")).isBetween(CALLS_PER_DAY * 29L, (long) (RESOURCES * 3 * 0.9));
            assertThat(rows(tables, "attempts")).isBetween(CALLS_PER_DAY * 29L, (long) (RESOURCES * 3 * 0.9));
            assertThat(rows(tables, "remembered")).isBetween(CALLS_PER_DAY * 9L / 10, CALLS_PER_DAY + 1L);
        } finally {
            receiver.stop(0);
        }
    }

    /** Three calls in ten create, two update, two archive and delete, and three start a job. */
    private Reply call(Engine engine, long number) {
        int place = (int) (number % ROUND);
        Call call = switch (place) {
            case 0, 3, 6 ->
                Call.of("POST", "/v1/resources")
                        .withBody(Json.of("{\"name\":\"order " + number + "\",\"data\":{\"amount\":1250}}"));
            case 1, 4 -> Call.of("PATCH", resources.getLast()).withBody(Json.of("{\"name\":\"order, paid\"}"));
            case 7 -> Call.of("POST", resources.getFirst() + "/archive");
            case 8 -> Call.of("DELETE", resources.removeFirst());
            default ->
                Call.of("POST", "/v1/jobs")
                        .withBody(Json.of("{\"type\":\"work\",\"input\":{\"order\":" + number + "}}"));
        };
        Reply reply = engine.call(call.withKey(key).withHeader("Idempotency-Key", "call-" + number));
        if (place == 0 || place == 3 || place == 6) {
            resources.addLast(String.valueOf(reply.header("Location")));
        }
        return reply;
    }

    private static void taken(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isLessThan(300);
    }

    private static long rows(String tables, String name) {
        return Long.parseLong(tables.replaceAll("(?s).*\"name\":\"" + name + "\",\"rows\":(\\d+).*", "$1"));
    }
}
