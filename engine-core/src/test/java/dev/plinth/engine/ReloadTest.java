package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.RatePolicy;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.internal.settings.RestartSettings;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Places;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.RetentionTimes;
import dev.plinth.engine.settings.TableShare;
import dev.plinth.engine.settings.Tables;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Plans and rules of webhooks that are replaced while the engine runs. */
final class ReloadTest {
    private static final String TOKEN = "operator-token-of-tests";

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    private final Engine engine = settings().plan(Plan.perMinute("free", 10)).open();

    private EngineBuilder settings() {
        return Engine.builder().clock(clock).adminToken(TOKEN);
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private String workspace(String plan) {
        return engine.admin().createWorkspace("w", plan).call().id();
    }

    private String secret(String workspace) {
        ApiKey key = engine.admin().createKey(workspace, "k").call();
        return key.secret().orElseThrow();
    }

    /** Returns the state of the rate limit, for which a call takes no units. */
    private Json limit(String key) {
        return Json.of(call(key, "GET", "/v1/rate-limit", "").text());
    }

    private Reply call(String token, String method, String path, String body) {
        return engine.call(Call.of(method, path)
                .withHeader("authorization", "Bearer " + token)
                .withBody(body.getBytes(StandardCharsets.UTF_8)));
    }

    private static String first(Json limit, String member) {
        return ((Map<?, ?>) ((List<?>) limit.asMap().get("policies")).get(0))
                .get(member)
                .toString();
    }

    @Test
    void replace_onAClosedEngine_saysSo() {
        engine.close();

        assertThatThrownBy(() -> engine.settings().replace(settings().plan(Plan.perMinute("free", 20))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closing");
    }

    @Test
    void plan_replacedWithAnotherShare_givesThatAtOnce() {
        Plan plan = Plan.perMinute("shared", 1_000);
        engine.settings().replace(settings().plan(plan.withShare("resources", new TableShare(1, 1_000_000))));
        String key = secret(workspace("shared"));
        assertThat(create(key)).isEqualTo(201);
        assertThat(create(key)).isEqualTo(403);

        engine.settings().replace(settings().plan(plan.withShare("resources", new TableShare(2, 1_000_000))));

        assertThat(create(key)).isEqualTo(201);
        assertThat(create(key)).isEqualTo(403);
    }

    private int create(String key) {
        return call(key, "POST", "/v1/resources", "{\"name\":\"r\"}").status();
    }

    @Test
    void plan_replaced_holdsAtOnceForCachedKeysAndKeepsTheUsedUnits() {
        String key = secret(workspace("free"));
        for (int i = 0; i < 4; i++) {
            assertThat(call(key, "GET", "/v1/workspace", "").status()).isEqualTo(200);
        }
        assertThat(first(limit(key), "remaining")).isEqualTo("6");

        engine.settings().replace(settings().plan(Plan.perMinute("free", 100)));
        assertThat(first(limit(key), "limit")).isEqualTo("100");
        assertThat(first(limit(key), "remaining")).isEqualTo("96");

        engine.settings()
                .replace(settings()
                        .plan(Plan.perMinute("free", 5).withPolicy(RatePolicy.of("burst", 2, Duration.ofSeconds(1)))));
        assertThat(first(limit(key), "limit")).isEqualTo("5");
        assertThat(first(limit(key), "remaining")).isEqualTo("1");
        assertThat(limit(key).toString()).contains("burst");

        engine.settings().replace(settings().plan(Plan.perMinute("free", 10)));
        assertThat(first(limit(key), "limit")).isEqualTo("10");
    }

    @Test
    void plan_replaced_refillsByItsRateWithoutACall() {
        String key = secret(workspace("free"));
        for (int i = 0; i < 10; i++) {
            assertThat(call(key, "GET", "/v1/workspace", "").status()).isEqualTo(200);
        }
        engine.settings().replace(settings().plan(Plan.perMinute("free", 600)));

        clock.advance(Duration.ofSeconds(1));

        assertThat(first(limit(key), "remaining")).isEqualTo("600");
    }

    @Test
    void plan_added_canBeGivenAndIsInTheDocument() {
        assertThatThrownBy(() -> workspace("gold")).isInstanceOf(PlinthException.class);
        assertThat(engine.call(Call.of("GET", "/openapi.json")).text()).doesNotContain("\"gold\"");

        engine.settings().replace(settings().plan(Plan.perMinute("free", 10)).plan(Plan.perMinute("gold", 10)));

        assertThat(workspace("gold")).startsWith("ws_");
        assertThat(engine.call(Call.of("GET", "/openapi.json")).text()).contains("\"gold\"");
    }

    @Test
    void plan_missingThatWorkspacesHave_isRefusedWithTheirNumberAndNothingIsTaken() {
        String key = secret(workspace("free"));
        String other = workspace("free");

        assertThatThrownBy(() -> engine.settings().replace(settings().plan(Plan.perMinute("gold", 10))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("The plan free is not registered, but 2 workspaces have it");
        assertThat(first(limit(key), "limit")).isEqualTo("10");
        assertThatThrownBy(() -> workspace("gold")).isInstanceOf(PlinthException.class);

        Workspace unused = engine.admin().changePlan(other, "pro").call();
        assertThatThrownBy(() -> engine.settings().replace(settings())).hasMessageContaining("1 workspace has it");
        engine.settings().requirePlansAndTypesInUse(settings().plan(Plan.perMinute("free", 10)));
    }

    @Test
    void type_missingThatResourcesHave_isToldWithTheirNumber() {
        PlinthClient client = engine.workspace(workspace("pro"));
        for (String type : List.of("order", "order", "part")) {
            Resource unused =
                    client.resources().create(NewResource.of("r").ofType(type)).call();
        }
        EngineBuilder lacking = settings().plan(Plan.perMinute("free", 10)).resourceType("part", Json.EMPTY_OBJECT);

        assertThatThrownBy(() -> engine.settings().requirePlansAndTypesInUse(lacking))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("The type order is not registered, but 2 resources have it");
        engine.settings().requirePlansAndTypesInUse(lacking.resourceType("order", Json.EMPTY_OBJECT));
    }

    @Test
    void plan_missingThatNoWorkspaceHas_isRemoved() {
        engine.settings().replace(settings());

        assertThatThrownBy(() -> workspace("free")).isInstanceOf(PlinthException.class);
    }

    @Test
    void replace_settingsThatNeedARestart_namesThem() {
        Plan free = Plan.perMinute("free", 10);
        Json schema = Json.of("{\"type\":\"object\"}");

        assertThat(engine.settings().replace(settings().plan(free).webhookAllow("127.0.0.0/8")))
                .isEmpty();
        assertThat(engine.settings()
                        .replace(Engine.builder()
                                .plan(free)
                                .adminToken("another-token-of-tests")
                                .places(Places.DEFAULT.withJobs(2))
                                .retention(RetentionTimes.DEFAULT.withJobs(Duration.ofDays(3)))
                                .tables(Tables.OFF_HEAP)
                                .asyncOperation("export")
                                .listener("audit", (workspace, event) -> {})
                                .resourceType("order", schema)
                                .routeCost("POST /v1/resources", 2)
                                .requireIfMatch("PATCH /v1/resources/{id}")))
                .containsExactlyInAnyOrder(
                        "adminToken",
                        "clock",
                        "retention",
                        "tables",
                        "asyncOperation",
                        "listener",
                        "resourceType",
                        "routeCost",
                        "requireIfMatch");
    }

    @Test
    void replace_codeOfTheSameNames_namesNothing() {
        EngineBuilder first = named(Engine.builder());
        try (Engine hosted = first.open()) {
            assertThat(hosted.settings().replace(named(Engine.builder()))).isEmpty();
            assertThat(hosted.settings().replace(Engine.builder()))
                    .containsExactlyInAnyOrder(
                            "executor", "configReload", "operation", "jobHandler", "childType", "observer");
        }
    }

    private static EngineBuilder named(EngineBuilder builder) {
        return builder.executor(task -> {
                    throw new RejectedExecutionException("There is no room.");
                })
                .configReload(() -> Json.EMPTY_OBJECT)
                .operation("note", call -> OperationResult.of(Json.EMPTY_OBJECT))
                .jobHandler("work", job -> Json.EMPTY_OBJECT)
                .childType("line", Json.of("{\"type\":\"object\"}"))
                .observer(work -> null);
    }

    /** Each setting of the builder is live, or a reload tells that it needs a restart. */
    @Test
    void settings_ofTheBuilder_areLiveOrTold() {
        Set<String> methods = Arrays.stream(EngineBuilder.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers())
                        && method.getReturnType().equals(EngineBuilder.class))
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> live = Set.of("plan", "places", "webhookAllow", "webhookHostRate");
        Set<String> noSetting = Set.of("inMemory", "check");

        methods.removeAll(live);
        methods.removeAll(noSetting);

        assertThat(RestartSettings.names()).containsExactlyInAnyOrderElementsOf(methods);
    }

    @Test
    void settings_invalidTogether_areRefused() {
        assertThatThrownBy(() -> engine.settings()
                        .replace(settings().plan(Plan.perMinute("free", 2)).routeCost("POST /v1/resources", 3)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(first(limit(secret(workspace("free"))), "limit")).isEqualTo("10");
    }

    @Test
    void webhookRange_openedAndClosed_decidesOnNewEndpoints() {
        String key = secret(workspace("pro"));
        String local = "{\"url\":\"http://127.0.0.1:9/\"}";
        Plan free = Plan.perMinute("free", 10);
        assertThat(call(key, "POST", "/v1/webhook-endpoints", local).status()).isEqualTo(422);

        engine.settings().replace(settings().plan(free).webhookAllow("127.0.0.0/8"));
        assertThat(call(key, "POST", "/v1/webhook-endpoints", local).status()).isEqualTo(201);

        engine.settings().replace(settings().plan(free));
        assertThat(call(key, "POST", "/v1/webhook-endpoints", local).status()).isEqualTo(422);
    }

    @Test
    void reload_againAndAgainWhileCallsRun_neverRefusesOneForHalfAPlan() {
        String key = secret(workspace("free"));
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> operator = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 200; i++) {
                engine.settings().replace(settings().plan(Plan.perMinute("free", 100_000 + i)));
            }
            over.set(true);
        });
        while (!over.get() && !operator.isDone()) {
            assertThat(call(key, "GET", "/v1/workspace", "").status()).isIn(200, 429);
        }
        operator.join();

        assertThat(first(limit(key), "limit")).isEqualTo("100199");
    }

    @Test
    void route_ofTheHost_answersWithItsResultOrItsFaults() {
        try (Engine hosted = Engine.builder()
                .adminToken(TOKEN)
                .configReload(() -> {
                    throw new IllegalArgumentException("plinth.yaml:1: One.\nplinth.yaml:2: Two.");
                })
                .open()) {
            Call call = Call.of("POST", "/admin/v1/config/reload").withHeader("authorization", "Bearer " + TOKEN);

            Reply refused = hosted.call(call);

            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.text()).contains("\"plinth.yaml:1: One.\"", "\"plinth.yaml:2: Two.\"");
        }
        assertThat(call(TOKEN, "POST", "/admin/v1/config/reload", "").status()).isEqualTo(404);
    }
}
