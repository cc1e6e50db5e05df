package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewWebhookEndpoint;
import dev.plinth.engine.api.RatePolicy;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.TableShare;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Plans as the wire shows them: what is used of one's own, and all of them for the operator. */
final class PlanRoutesTest {
    private static final String OPERATOR = "operator-secret-of-tests";
    private static final Plan SMALL = Plan.perMinute("small", 30)
            .withEndpointsMax(3)
            .withQueuedJobsMax(7)
            .withResourcesMax(5)
            .withRunningMax(2, 4)
            .withPolicy(
                    RatePolicy.of("second", 3, Duration.ofSeconds(1)).perKey().shadow())
            .withShare("keys", new TableShare(9, 10_000));

    private final Engine engine =
            Engine.builder().adminToken(OPERATOR).plan(SMALL).open();

    @AfterEach
    void close() {
        engine.close();
    }

    private String workspace(String plan) {
        return engine.admin().createWorkspace("Acme", plan).call().id();
    }

    private Reply get(String path, String credential) {
        return engine.call(Call.of("GET", path).withKey(credential));
    }

    private Map<String, Object> shown(String path, String credential) {
        Reply reply = get(path, credential);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return Json.of(reply.text()).asMap();
    }

    private static Map<?, ?> named(Object list, String name) {
        return ((List<?>) list)
                .stream()
                        .map(item -> (Map<?, ?>) item)
                        .filter(item -> name.equals(item.get("name")))
                        .findFirst()
                        .orElseThrow();
    }

    @Test
    void plan_afterWork_tellsWhatIsUsed() {
        String workspace = workspace("small");
        String key = engine.admin().createKey(workspace, "test").call().secret().orElseThrow();
        engine.workspace(workspace).resources().create("a").call();
        String archived =
                engine.workspace(workspace).resources().create("b").call().id();
        engine.workspace(workspace).resources().archive(archived).call();
        engine.workspace(workspace)
                .startJob("nobody.does.this", Json.EMPTY_OBJECT)
                .call();
        engine.workspace(workspace)
                .webhooks()
                .create(NewWebhookEndpoint.of("https://receiver.example.com/hooks"))
                .call();

        Map<String, Object> use = shown("/v1/plan", key);

        assertThat(use).containsEntry("plan", "small");
        assertThat(use.get("limits"))
                .hasToString("[{name=resources, used=2, max=5}, {name=webhookEndpoints, used=1, max=3},"
                        + " {name=waitingJobs, used=1, max=7}]");
        assertThat(named(use.get("tables"), "keys"))
                .hasToString("{name=keys, rows=1, rowsMax=9, bytes="
                        + named(use.get("tables"), "keys").get("bytes") + ", bytesMax=10000}");
        assertThat(named(use.get("tables"), "resources").get("rows")).hasToString("2");
    }

    @Test
    void plan_withoutALimit_hasNoMax() {
        String key = engine.admin()
                .createKey(workspace("starter"), "test")
                .call()
                .secret()
                .orElseThrow();

        assertThat(named(shown("/v1/plan", key).get("limits"), "resources")).hasToString("{name=resources, used=0}");
    }

    @Test
    void plans_toTheOperator_haveTheirPoliciesAndBounds() {
        Object plans = shown("/admin/v1/plans", OPERATOR).get("data");

        assertThat((List<?>) plans).hasSize(4);
        assertThat(named(plans, "starter"))
                .hasToString("{name=starter, requests=60, windowSeconds=60, policies=[], endpointsMax=20,"
                        + " queuedJobsMax=10000, shares=[]}");
        assertThat(named(plans, "small"))
                .hasToString("{name=small, requests=30, windowSeconds=60,"
                        + " policies=[{name=second, requests=3, windowSeconds=1, per=key, mode=shadow}], resourcesMax=5,"
                        + " endpointsMax=3, queuedJobsMax=7, jobsRunningMax=2, deliveriesRunningMax=4,"
                        + " shares=[{table=keys, rows=9, bytes=10000}]}");
    }

    @Test
    void workspaces_ofAPlan_areThoseUnderIt() {
        String small = workspace("small");
        String pro = workspace("pro");

        assertThat(get("/admin/v1/workspaces?plan=small", OPERATOR).text())
                .contains(small)
                .doesNotContain(pro);
        assertThat(get("/admin/v1/workspaces?plan=unknown", OPERATOR).text())
                .startsWith("{\"data\":[],\"hasMore\":false");
        assertThat(get("/admin/v1/workspaces?plan=Not%20one", OPERATOR).status())
                .isEqualTo(400);
    }
}
