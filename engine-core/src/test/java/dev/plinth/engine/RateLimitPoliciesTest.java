package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.RatePolicy;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Several rate limits in one plan, costs of calls, limits in shadow, and units that come back (contract §4). */
@Tag("scaled")
final class RateLimitPoliciesTest {
    private static final int ROUNDS = TestScale.count(200);

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2025-01-01T00:00:00Z"));
    private final Engine engine = Engine.builder()
            .clock(clock)
            .plan(Plan.perMinute("burst", 60).withPolicy(RatePolicy.of("second", 3, Duration.ofSeconds(1))))
            .plan(Plan.perMinute("keyed", 60)
                    .withPolicy(RatePolicy.of("each", 3, Duration.ofSeconds(10)).perKey()))
            .plan(Plan.perMinute("tried", 60)
                    .withPolicy(
                            RatePolicy.of("later", 2, Duration.ofSeconds(10)).shadow()))
            .plan(Plan.perMinute("wide", 60).withPolicy(RatePolicy.of("second", 6, Duration.ofSeconds(1))))
            .operation("cheap", operation -> OperationResult.of(Json.EMPTY_OBJECT))
            .operation("dear", operation -> OperationResult.of(Json.EMPTY_OBJECT))
            .operation("broken", operation -> {
                throw new IllegalStateException("broken on purpose");
            })
            .routeCost("POST /v1/resources", 2)
            .operationCost("dear", 3)
            .operationCost("broken", 3)
            .open();

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void open_costOfAnOperationThatThereIsNone_isRefused() {
        EngineBuilder none = Engine.builder().operationCost("exprot", 2);
        assertThatThrownBy(none::open)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("No such operation: \"exprot\"");
    }

    @Test
    void policies_oneIsExhausted_429NamesItAndNothingIsTakenFromTheOthers() {
        String key = key("burst");
        for (int i = 0; i < 3; i++) {
            assertThat(get(key).status()).isEqualTo(200);
        }

        Reply refused = get(key);

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.text())
                .contains("rate_limited", "allows 3 requests in 1 seconds", "Policy second of plan burst");
        assertThat(refused.headers())
                .containsEntry("Retry-After", "1")
                .containsEntry("RateLimit-Policy", "\"burst\";q=60;w=60, \"second\";q=3;w=1")
                .containsEntry("RateLimit", "\"burst\";r=57;t=1, \"second\";r=0;t=1");
        clock.advance(Duration.ofSeconds(1));
        assertThat(get(key).headers()).containsEntry("RateLimit", "\"burst\";r=57;t=1, \"second\";r=2;t=1");
    }

    @Test
    void policies_planItselfIsExhausted_429NamesThePlanAndNothingIsTakenFromTheOthers() {
        String key = key("burst");
        for (int i = 0; i < 20; i++) {
            for (int j = 0; j < 3; j++) {
                get(key);
            }
            clock.advance(Duration.ofMillis(999));
        }
        while (get(key).status() == 200) {
            clock.advance(Duration.ofMillis(400));
        }

        Reply refused = get(key);

        assertThat(refused.text()).contains("Plan burst allows");
    }

    @Test
    void rateLimit_severalPolicies_listsThemAndTakesNothing() {
        String key = key("burst");
        String expected = "{\"plan\":\"burst\",\"policies\":["
                + "{\"name\":\"burst\",\"limit\":60,\"windowSeconds\":60,\"remaining\":60,\"resetSeconds\":0},"
                + "{\"name\":\"second\",\"limit\":3,\"windowSeconds\":1,\"remaining\":3,\"resetSeconds\":0}]}";

        for (int i = 0; i < 10; i++) {
            assertThat(engine.call(Call.of("GET", "/v1/rate-limit").withKey(key))
                            .text())
                    .isEqualTo(expected);
        }
    }

    @Test
    void perKey_oneKeyIsExhausted_theOtherGoesOn() {
        String workspace =
                engine.admin().createWorkspace("acme", "keyed").call().id();
        String one = engine.admin().createKey(workspace, "a").call().secret().orElseThrow();
        String two = engine.admin().createKey(workspace, "b").call().secret().orElseThrow();
        get(one);
        get(one);
        get(one);

        assertThat(get(one).text()).contains("Policy each of plan keyed");
        assertThat(get(two).headers()).containsEntry("RateLimit", "\"keyed\";r=56;t=1, \"each\";r=2;t=4");
    }

    @Test
    void shadow_isOverrun_countsButNeitherRefusesNorShows() {
        String key = key("tried");
        for (int i = 0; i < 5; i++) {
            Reply reply = get(key);
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.headers()).containsEntry("RateLimit-Policy", "\"tried\";q=60;w=60");
        }

        assertThat(engine.shadowRefusals()).isEqualTo(Map.of("tried/later", 3L));
        assertThat(engine.call(Call.of("GET", "/v1/rate-limit").withKey(key)).text())
                .doesNotContain("later");
    }

    @Test
    void cost_ofARouteAndOfAnOperation_isTaken() {
        String key = key("starter");
        String id = engine.client(key).resources().create("a").call().id();
        assertThat(left(key)).isEqualTo(58);

        run(key, id, "cheap");
        assertThat(left(key)).isEqualTo(57);
        run(key, id, "dear");
        assertThat(left(key)).isEqualTo(54);
    }

    @Test
    void cost_moreThanIsLeft_nothingIsTaken() {
        String key = key("burst");
        get(key);
        get(key);

        Reply refused =
                engine.call(Call.of("POST", "/v1/resources").withKey(key).withBody(Json.of("{\"name\":\"a\"}")));

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.headers()).containsEntry("RateLimit", "\"burst\";r=58;t=1, \"second\";r=1;t=1");
    }

    @Test
    void refund_hostCodeFails_allPoliciesGetTheirUnitsBack() {
        String key = key("burst");
        String id = engine.client(key).resources().create("a").call().id();
        clock.advance(Duration.ofMinutes(1));

        Reply failed = run(key, id, "broken");

        assertThat(failed.status()).isEqualTo(500);
        assertThat(engine.call(Call.of("GET", "/v1/rate-limit").withKey(key)).text())
                .contains("\"remaining\":60", "\"remaining\":3,");
    }

    @Test
    void planChange_policyOfTheSameName_keepsItsUsedUnits() {
        String workspace =
                engine.admin().createWorkspace("acme", "burst").call().id();
        String key = engine.admin().createKey(workspace, "a").call().secret().orElseThrow();
        get(key);
        get(key);

        engine.admin().changePlan(workspace, "wide").call();
        assertThat(get(key).headers()).containsEntry("RateLimit", "\"wide\";r=57;t=1, \"second\";r=3;t=1");

        engine.admin().changePlan(workspace, "starter").call();
        assertThat(get(key).headers()).containsEntry("RateLimit", "\"starter\";r=56;t=1");
    }

    @Test
    void policies_twoThreadsAtTheLastUnit_exactlyOnePasses() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                String key = key("burst");
                get(key);
                get(key);
                CyclicBarrier start = new CyclicBarrier(2);
                List<Future<Integer>> both = new ArrayList<>();
                for (int thread = 0; thread < 2; thread++) {
                    both.add(pool.submit(() -> {
                        start.await(60, TimeUnit.SECONDS);
                        return get(key).status();
                    }));
                }
                assertThat(List.of(both.get(0).get(), both.get(1).get()))
                        .as("round %d", round)
                        .containsExactlyInAnyOrder(200, 429);
                assertThat(engine.call(Call.of("GET", "/v1/rate-limit").withKey(key))
                                .text())
                        .as("round %d", round)
                        .contains("\"remaining\":57", "\"remaining\":0");
            }
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void open_costThatNoLimitEverHas_isRefused() {
        EngineBuilder dear = Engine.builder().routeCost("POST /v1/jobs", 61);
        assertThatThrownBy(dear::open)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("60 units of plan starter")
                .hasMessageContaining("61");
        EngineBuilder second = Engine.builder()
                .plan(Plan.perMinute("p", 60).withPolicy(RatePolicy.of("s", 3, Duration.ofSeconds(1))))
                .operationCost("a", 4);
        assertThatThrownBy(second::open).hasMessageContaining("policy s of plan p");
    }

    @Test
    void open_routeThatThereIsNone_isRefused() {
        EngineBuilder none = Engine.builder().routeCost("POST /v1/nothing", 2);
        assertThatThrownBy(none::open)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("POST /v1/nothing");
    }

    @Test
    void open_costOfLookingAtTheRateLimit_isRefused() {
        EngineBuilder dear = Engine.builder().routeCost("GET /v1/rate-limit", 1);
        assertThatThrownBy(dear::open)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"GET /v1/rate-limit\" takes no rate-limit units. Leave its cost out.");
    }

    @Test
    void policy_thatMakesNoSense_isRefused() {
        Plan plan = Plan.perMinute("p", 60);
        assertThatThrownBy(() -> RatePolicy.of("A", 1, Duration.ofSeconds(1))).hasMessageContaining("\"A\"");
        assertThatThrownBy(() -> RatePolicy.of("a", 0, Duration.ofSeconds(1))).hasMessageContaining("0");
        for (Duration wrong : List.of(Duration.ZERO, Duration.ofMillis(1_500), Duration.ofSeconds(86_401))) {
            assertThatThrownBy(() -> RatePolicy.of("a", 1, wrong))
                    .hasMessage("window of policy a must be 1 to 86400 whole seconds, got " + wrong + ".");
            assertThatThrownBy(() -> Plan.of("a", 1, wrong)
                            .withEndpointsMax(1)
                            .withQueuedJobsMax(1)
                            .withResourcesMax(1))
                    .hasMessage("window of plan a must be 1 to 86400 whole seconds, got " + wrong + ".");
        }
        assertThatThrownBy(() -> plan.withPolicy(RatePolicy.of("p", 1, Duration.ofSeconds(1))))
                .hasMessageContaining("twice");
    }

    private String key(String plan) {
        String workspace = engine.admin().createWorkspace("acme", plan).call().id();
        return engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
    }

    private Reply get(String key) {
        return engine.call(Call.of("GET", "/v1/workspace").withKey(key));
    }

    private long left(String key) {
        return engine.client(key).rateLimit().call().remaining();
    }

    private Reply run(String key, String id, String operation) {
        return engine.call(Call.of("POST", "/v1/resources/" + id + "/operations/" + operation)
                .withKey(key)
                .withBody(Json.EMPTY_OBJECT));
    }
}
