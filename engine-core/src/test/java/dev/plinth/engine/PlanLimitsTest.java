package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests what a plan bounds besides requests (contract §3): resources and webhook endpoints with 403, waiting jobs with 429. */
@Tag("scaled")
final class PlanLimitsTest {
    private static final int ROUNDS = TestScale.count(200);
    private static final Plan SMALL = Plan.perMinute("small", 100_000)
            .withResourcesMax(2)
            .withEndpointsMax(1)
            .withQueuedJobsMax(1);

    private final Engine engine = Engine.builder()
            .plan(SMALL)
            .plan(Plan.perMinute("larger", 100_000).withResourcesMax(3))
            .open();

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void resources_oneMoreThanThePlanAllows_is403ThatNamesLimitAndPlan() {
        String key = key();
        create(key);
        create(key);

        Reply refused = create(key);

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text())
                .contains("\"code\":\"plan_limit_reached\"", "Plan small allows 2 resources, and there are 2.");
    }

    @Test
    void resources_oneDeleted_oneMoreIsThere() {
        String key = key();
        String id = engine.client(key).resources().create("a").call().id();
        create(key);
        engine.client(key).resources().archive(id).call();
        assertThat(create(key).status()).as("an archived one counts").isEqualTo(403);

        engine.client(key).resources().delete(id).call();

        assertThat(create(key).status()).isEqualTo(201);
    }

    @Test
    void resources_planRaised_theNextCallMay() {
        String workspace =
                engine.admin().createWorkspace("acme", "small").call().id();
        String key = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
        create(key);
        create(key);

        engine.admin().changePlan(workspace, "larger").call();

        assertThat(create(key).status()).isEqualTo(201);
        assertThat(create(key).status()).isEqualTo(403);
    }

    @Test
    void resources_bulkBeyondTheLimit_theItemsBeyondAreRefused() {
        String key = key();
        String items = "{\"action\":\"create\",\"name\":\"a\"}";
        Reply accepted = engine.call(Call.of("POST", "/v1/resources/bulk")
                .withKey(key)
                .withBody(Json.of("{\"operations\":[" + items + "," + items + "," + items + "]}")));
        String job = String.valueOf(Json.of(accepted.text()).asMap().get("job_id"));

        String ended = engine.call(
                        Call.of("GET", "/v1/jobs/" + job + "?wait=30").withKey(key))
                .text();

        assertThat(ended).contains("\"succeeded\":2,\"failed\":1", "\"index\":2,\"status\":403", "plan_limit_reached");
    }

    @Test
    void resources_twoThreadsAtOneBelowTheLimit_exactlyOneIsMade() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                String key = key();
                create(key);
                CyclicBarrier start = new CyclicBarrier(2);
                List<Future<Integer>> both = new ArrayList<>();
                for (int thread = 0; thread < 2; thread++) {
                    both.add(pool.submit(() -> {
                        start.await(60, TimeUnit.SECONDS);
                        return create(key).status();
                    }));
                }
                assertThat(List.of(both.get(0).get(), both.get(1).get()))
                        .as("round %d", round)
                        .containsExactlyInAnyOrder(201, 403);
            }
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void endpoints_oneMoreThanThePlanAllows_is403ThatNamesLimitAndPlan() {
        String key = key();
        engine.client(key).createWebhook("https://example.com/a").call();

        Reply refused = engine.call(Call.of("POST", "/v1/webhook-endpoints")
                .withKey(key)
                .withBody(Json.of("{\"url\":\"https://example.com/b\"}")));

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text())
                .contains("plan_limit_reached", "Plan small allows 1 webhook endpoints", "there are 1");
    }

    @Test
    void jobs_oneMoreThanThePlanLetsWait_is429WithAdvice() {
        String key = key();
        engine.client(key).startJob("elsewhere", Json.EMPTY_OBJECT).call();

        Reply refused = engine.call(
                Call.of("POST", "/v1/jobs").withKey(key).withBody(Json.of("{\"type\":\"elsewhere\",\"input\":{}}")));

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.headers()).containsEntry("Retry-After", "1");
        assertThat(refused.text()).contains("job_queue_full", "Plan small allows 1 waiting jobs");
    }

    @Test
    void plan_limitBelowZero_isRefusedWhenItIsMade() {
        assertThatThrownBy(() -> SMALL.withResourcesMax(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limits of plan small must be 0 or more")
                .hasMessageContaining("-1 resources");
    }

    private String key() {
        String workspace =
                engine.admin().createWorkspace("acme", "small").call().id();
        return engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
    }

    private Reply create(String key) {
        return engine.call(Call.of("POST", "/v1/resources").withKey(key).withBody(Json.of("{\"name\":\"a\"}")));
    }
}
