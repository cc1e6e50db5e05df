package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.TableUse;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Plan;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Honest workspaces at the limits of their plans for 40 days: no call is refused, and no table is beyond a share. Plans
 * and tables are scaled down by the same factor.
 */
@Tag("portable")
@Timeout(1200)
@Tag("scaled")
final class HonestMonthTest {
    /** A Starter's calls a day, for each resource that the tables are laid out for. */
    private static final double CALLS_PER_DAY_AND_RESOURCE = 60 * 1440 / 1_000_000.0;

    private static final int RESOURCES = TestScale.count(20_000);
    private static final int CALLS_PER_DAY = (int) (RESOURCES * CALLS_PER_DAY_AND_RESOURCE);
    private static final int DAYS = 40;
    private static final int ROUND = 10;

    /** The parts of the tables' calls that the plans of the workspaces have. */
    private static final List<Integer> PARTS = List.of(1, 1, 2, 2, 4);

    /** Days that rows are kept, where it is not until their end or 30 days. */
    private static final Map<String, Integer> KEPT_DAYS = Map.of("jobs", 7, "job pieces", 7, "remembered", 1);

    /** Backlogs, whose rows are work in the background that mostly ends before a day does. */
    private static final Set<String> ENDED_AT_ONCE = Set.of(
            "canceled jobs", "deleted endpoints", "deleted resources", "endpoint remains", "missed events", "releases");

    private static final String OPERATOR = "a-token-of-the-operator";

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    private final ArrayDeque<String> resources = new ArrayDeque<>();
    private String key = "";

    private EngineBuilder builder() {
        return Engine.builder()
                .clock(clock)
                .adminToken(OPERATOR)
                .maxResources(RESOURCES)
                .webhookAllow("127.0.0.0/8")
                .jobHandler("work", job -> Json.of("{\"done\":true}"));
    }

    private static HttpServer receiver() throws IOException {
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        receiver.start();
        return receiver;
    }

    private static String url(HttpServer receiver) {
        return "http://127.0.0.1:" + receiver.getAddress().getPort() + "/";
    }

    /** Makes a plan with so many calls a day. */
    private static Plan plan(String name, int callsPerDay) {
        return Plan.of(name, callsPerDay, Duration.ofSeconds(86_400));
    }

    /** Five workspaces of three plans, whose limits together are what the tables are laid out for. */
    @Test
    void workspacesOfSeveralPlans_atTheirLimitsWithCallsOfAllKindsFor40Days_areNeverRefusedAndStayWithinTheirShares()
            throws IOException {
        int parts = PARTS.stream().mapToInt(Integer::intValue).sum();
        EngineBuilder builder = builder();
        for (int part : Set.copyOf(PARTS)) {
            builder.plan(plan("honest-" + part, CALLS_PER_DAY * part / parts));
        }
        HttpServer receiver = receiver();
        try (Engine engine = builder.open()) {
            List<HonestWorkspace> workspaces = PARTS.stream()
                    .map(part -> new HonestWorkspace(
                            engine, plan("honest-" + part, CALLS_PER_DAY * part / parts), url(receiver)))
                    .toList();
            Map<String, Long> most = new TreeMap<>();
            Instant start = clock.now();
            for (int day = 0; day < DAYS; day++) {
                aDay(workspaces, start.plus(Duration.ofDays(day)));
                assertWithinShares(engine, workspaces, most);
            }

            assertThat(most.entrySet().stream()
                            .filter(table -> table.getValue() == 0)
                            .map(Map.Entry::getKey))
                    .as("a table that this load does not fill")
                    .isSubsetOf(ENDED_AT_ONCE);
            assertThat(most.get("events")).isGreaterThan(CALLS_PER_DAY * 29L * 3 / 4);
            assertThat(workspaces).allSatisfy(each -> {
                assertThat(each.calls()).isEqualTo((long) DAYS * each.plan().requests());
                assertThat(each.requestsLogged()).isLessThanOrEqualTo(1000);
            });
        } finally {
            receiver.stop(0);
        }
    }

    /** Makes the calls of a day, those of each workspace evenly over it. */
    private void aDay(List<HonestWorkspace> workspaces, Instant start) {
        long[] made = new long[workspaces.size()];
        for (long tick = 1; tick <= CALLS_PER_DAY; tick++) {
            clock.advance(Duration.between(
                    clock.now(),
                    start.plus(Duration.ofDays(1).multipliedBy(tick).dividedBy(CALLS_PER_DAY))));
            for (int i = 0; i < workspaces.size(); i++) {
                HonestWorkspace each = workspaces.get(i);
                while (made[i] * CALLS_PER_DAY < tick * each.plan().requests()) {
                    each.call(workspaces.get((i + 1) % workspaces.size()), clock.now());
                    made[i]++;
                }
            }
        }
    }

    /** Computes the shares anew: what the plan's calls make while rows are kept, within a quarter and nine tenths. */
    private static void assertWithinShares(Engine engine, List<HonestWorkspace> workspaces, Map<String, Long> most) {
        Map<String, Plan> plans =
                workspaces.stream().collect(Collectors.toMap(HonestWorkspace::id, HonestWorkspace::plan));
        for (TableUse table : engine.admin().tables().call()) {
            most.merge(table.name(), table.rows(), Math::max);
            assertThat(table.rows()).as(table.name()).isLessThanOrEqualTo(table.rowsMax() * 9 / 10);
            assertThat(table.bytes()).as(table.name()).isLessThanOrEqualTo(table.bytesMax() * 9 / 10);
            for (TableUse.Holder holder : table.workspaces()) {
                int perDay = plans.get(holder.workspaceId()).requests();
                double needed = KEPT_DAYS.getOrDefault(table.name(), 30) * (double) perDay / table.rowsMax();
                double share = Math.max(0.25, Math.min(0.9, needed));
                assertThat((double) holder.rows()).as(table.name()).isLessThanOrEqualTo(share * table.rowsMax());
                assertThat((double) holder.bytes()).as(table.name()).isLessThanOrEqualTo(share * table.bytesMax());
            }
        }
    }

    /** Every call changes something, and one workspace has the tables for itself. */
    @Test
    void starter_atItsLimitFor40Days_isNeverRefusedAndStaysWithinItsShares() throws IOException {
        HttpServer receiver = receiver();
        Plan plan = plan("honest", CALLS_PER_DAY);
        try (Engine engine = builder().plan(plan).open()) {
            String workspace =
                    engine.admin().createWorkspace("acme", plan.name()).call().id();
            key = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
            taken(engine.call(Call.of("POST", "/v1/webhook-endpoints")
                    .withKey(key)
                    .withBody(Json.of("{\"url\":\"" + url(receiver) + "\"}"))));
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
