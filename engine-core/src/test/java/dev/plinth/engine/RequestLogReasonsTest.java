package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.LoggedRequest;
import dev.plinth.engine.api.NewKey;
import dev.plinth.engine.api.OperationRefused;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.Page;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.api.RatePolicy;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.client.Listing;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.settings.Plan;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The reasons in the request log (contract §13): step, detail, errors, policy and units, and the filters over them. */
final class RequestLogReasonsTest {
    private static final String RESOURCE = "{\"name\":\"R\"}";

    @Test
    void request_namesTheStepAtWhichItEnded() {
        try (TestEngine store =
                TestEngine.open(builder -> builder.requireIdempotencyKey("PUT /v1/resources/{id}/shares/{workspaceId}")
                        .requireIfMatch("PATCH /v1/resources/{id}/children/{childId}")
                        .operation("fails", operation -> {
                            throw new IllegalStateException("fails, as it should");
                        })
                        .operation("refuses", operation -> {
                            throw new OperationRefused("The order is paid. Refund it first.");
                        }))) {
            String id = store.make("/v1/resources", RESOURCE);
            String one = "/v1/resources/" + id;
            String child = one + "/children/" + store.make(one + "/children", "{\"name\":\"C\"}");
            String other = store.newWorkspace("other");
            assertThat(store.keyed("s", "PUT", one + "/shares/" + other, "{\"role\":\"reader\"}")
                            .status())
                    .isEqualTo(201);
            assertEnds(store, store.call("GET", one), 200, 14);
            assertEnds(store, store.keyed("k", "POST", "/v1/resources", RESOURCE), 201, 14);
            assertEnds(store, store.keyed("k", "POST", "/v1/resources", RESOURCE), 201, 8);
            assertEnds(store, store.keyed("k", "POST", "/v1/resources", "{\"name\":\"S\"}"), 422, 8);
            assertEnds(store, store.keyed("\u00fc", "POST", "/v1/resources", RESOURCE), 400, 8);
            assertEnds(store, store.call("PUT", one + "/shares/" + other, "{}"), 400, 8);
            assertEnds(store, raw(store, "text/plain", "name"), 415, 6);
            assertEnds(store, raw(store, "text/plain", "{\"name\":\"" + "n".repeat(300_000) + "\"}"), 413, 6);
            assertEnds(store, raw(store, "application/json", "{"), 400, 9);
            assertEnds(store, store.call("POST", "/v1/resources", "{}"), 422, 9);
            assertEnds(store, store.call("GET", "/v1/resources?colour=red"), 400, 9);
            assertEnds(store, store.call("GET", "/v1/resources?cursor=x"), 400, 9);
            assertEnds(store, store.call("GET", "/v1/resources/res_x"), 404, 10);
            assertEnds(store, store.call("PATCH", "/v1/resources/res_x", RESOURCE), 404, 10);
            assertEnds(store, store.call("PATCH", child, RESOURCE), 428, 11);
            assertEnds(store, match(store, one), 412, 11);
            assertEnds(store, store.keyed("d", "DELETE", one, "{}"), 409, 12);
            assertEnds(store, store.keyed("d", "DELETE", one, "{}"), 409, 8);
            assertEnds(store, store.call("POST", one + "/operations/fails", "{\"input\":{}}"), 500, 13);
            // A key remembers this 422, so it ended behind step 9.
            assertEnds(store, store.keyed("o", "POST", one + "/operations/refuses", "{\"input\":{}}"), 422, 13);
            assertEnds(store, store.keyed("o", "POST", one + "/operations/refuses", "{\"input\":{}}"), 422, 8);
            // No key remembers this one, as a refusal of the input.
            assertEnds(store, store.keyed("x", "PUT", one + "/shares/ws_x", "{\"role\":\"reader\"}"), 422, 9);
            assertEnds(store, store.keyed("x", "PUT", one + "/shares/ws_x", "{\"role\":\"reader\"}"), 422, 9);
            String key = store.key();
            store.use(store.newKey(other));
            assertEnds(store, store.call("PATCH", one, RESOURCE), 403, 10);
            store.use(key);
            assertEnds(store, store.call("POST", one + "/archive", "{}"), 200, 14);
            assertEnds(store, store.call("PATCH", one, RESOURCE), 409, 12);
        }
    }

    @Test
    void request_ofAKeyWithoutScope_endsAtStep7AndADisabledOneAt4() {
        try (TestEngine store = TestEngine.inMemory()) {
            String full = store.key();
            ApiKey reader = store.engine()
                    .client(full)
                    .keys()
                    .create(NewKey.of("reader").withScopes(Scope.EVENTS_READ))
                    .call();
            store.use(reader.secret().orElseThrow());
            Reply lacking = store.call("POST", "/v1/resources", RESOURCE);
            store.use(full);
            assertThat(store.call("PATCH", "/v1/keys/" + reader.id(), "{\"enabled\":false}")
                            .status())
                    .isEqualTo(200);
            store.use(reader.secret().orElseThrow());
            Reply disabled = store.call("GET", "/v1/events");
            store.use(full);

            assertEnds(store, lacking, 403, 7);
            assertEnds(store, disabled, 403, 4);
            assertThat(shown(store, lacking).units()).isEqualTo(1);
            assertThat(shown(store, disabled).units()).isZero();
            assertThat(shown(store, disabled).detail())
                    .hasValueSatisfying(text -> assertThat(text).contains("is disabled"));
            assertThat(shown(store, disabled).keyId()).hasValue(reader.id());
        }
    }

    @Test
    void request_ofASuspendedWorkspace_endsAtStep4AlsoIfTheHostCalls() {
        try (TestEngine store = TestEngine.inMemory()) {
            String workspace =
                    store.engine().client(store.key()).workspace().call().id();
            store.engine().admin().suspend(workspace).call();
            Reply byKey = store.call("GET", "/v1/resources");
            PlinthException byHost = Objects.requireNonNull(catchThrowableOfType(
                    PlinthException.class,
                    () -> store.engine().workspace(workspace).jobs().call()));
            store.engine().admin().activate(workspace).call();

            assertEnds(store, byKey, 403, 4);
            LoggedRequest ofHost = store.engine()
                    .client(store.key())
                    .request(byHost.problem().requestId())
                    .call();
            assertThat(ofHost.byHost()).isTrue();
            assertThat(ofHost.step()).isEqualTo(4);
            assertThat(ofHost.code()).hasValue("workspace_suspended");
            assertThat(ofHost.units()).isZero();
        }
    }

    @Test
    void request_refusedByARateLimit_namesThePolicyAndTakesNothing() {
        Plan plan = Plan.perMinute("narrow", 10).withPolicy(RatePolicy.of("burst", 3, Duration.ofSeconds(1)));
        try (TestEngine store = TestEngine.open(builder -> builder.plan(plan))) {
            store.use(store.newKey(
                    store.engine().admin().createWorkspace("n", "narrow").call().id()));
            List<Reply> replies = new ArrayList<>();
            for (int second = 0; second < 4; second++) {
                for (int i = 0; i < 4; i++) {
                    replies.add(store.call("GET", "/v1/resources"));
                }
                store.pass(Duration.ofSeconds(1));
            }
            store.pass(Duration.ofMinutes(5));

            assertThat(replies.get(3).status()).isEqualTo(429);
            LoggedRequest byBurst = shown(store, replies.get(3));
            LoggedRequest byPlan = shown(store, replies.get(14));
            LoggedRequest passed = shown(store, replies.get(0));
            assertThat(byBurst.policy()).hasValue("burst");
            assertThat(byBurst.step()).isEqualTo(5);
            assertThat(byBurst.units()).isZero();
            assertThat(byBurst.detail()).isPresent();
            assertThat(byPlan.policy()).hasValue("narrow");
            assertThat(byPlan.units()).isZero();
            assertThat(passed.policy()).isEmpty();
            assertThat(passed.units()).isEqualTo(1);
        }
    }

    @Test
    void request_thatCostsMore_namesItsUnits() {
        try (TestEngine store = TestEngine.open(builder -> builder.routeCost("POST /v1/resources", 5))) {
            assertThat(shown(store, store.keyed("k", "POST", "/v1/resources", RESOURCE))
                            .units())
                    .isEqualTo(5);
            assertThat(shown(store, store.keyed("k", "POST", "/v1/resources", RESOURCE))
                            .units())
                    .isEqualTo(1);
            assertThat(shown(store, store.call("POST", "/v1/resources", "{}")).units())
                    .isEqualTo(5);
            assertThat(shown(store, store.call("GET", "/v1/rate-limit")).units())
                    .isZero();
        }
    }

    @Test
    void request_thatTheHostFailed_hasTakenNoUnits() {
        try (TestEngine store = TestEngine.open(builder -> builder.operation("fails", operation -> {
                    throw new IllegalStateException("fails, as it should");
                })
                .operation("works", operation -> OperationResult.of(Json.EMPTY_OBJECT)))) {
            String path = "/v1/resources/" + store.make("/v1/resources", RESOURCE) + "/operations/";
            assertThat(shown(store, store.call("POST", path + "fails", "{\"input\":{}}"))
                            .units())
                    .isZero();
            assertThat(shown(store, store.call("POST", path + "works", "{\"input\":{}}"))
                            .units())
                    .isEqualTo(1);
        }
    }

    @Test
    void request_refusedForItsInput_showsTheProblemsDetailAndFirst20Errors() {
        try (TestEngine store = TestEngine.inMemory()) {
            StringBuilder body = new StringBuilder("{\"name\":7");
            for (int i = 0; i < 30; i++) {
                body.append(",\"unknown").append(i).append("\":1");
            }
            Reply refused =
                    store.keyed("k", "POST", "/v1/resources", body.append('}').toString());
            Problem problem = Problem.of(Json.of(refused.text()));
            assertThat(problem.errors()).hasSize(31);

            LoggedRequest logged = shown(store, refused);
            assertThat(logged.errors()).isEqualTo(problem.errors().subList(0, 20));
            assertThat(logged.detail()).hasValue(problem.detail());
            assertThat(logged.json().toString())
                    .contains("\"errors\":[{\"pointer\":\"/name\",\"code\":\"invalid_type\",\"detail\":\"");

            LoggedRequest query = shown(store, store.call("GET", "/v1/jobs?status=x&limit=0"));
            assertThat(query.errors()).extracting(ProblemError::at).containsExactlyInAnyOrder("status", "limit");
            assertThat(query.errors()).extracting(ProblemError::source).containsOnly(ProblemError.Source.PARAMETER);
        }
    }

    @Test
    void request_withARefusalRepeated_showsTheReasonOfTheFirst() {
        try (TestEngine store = TestEngine.inMemory()) {
            String path = "/v1/resources/" + store.make("/v1/resources", RESOURCE);
            LoggedRequest first = shown(store, store.keyed("d", "DELETE", path, "{}"));
            LoggedRequest again = shown(store, store.keyed("d", "DELETE", path, "{}"));
            assertThat(again.code()).isEqualTo(first.code()).hasValue("invalid_transition");
            assertThat(again.detail()).isEqualTo(first.detail()).isPresent();
            assertThat(again.step()).isEqualTo(8);
            assertThat(first.step()).isEqualTo(12);
        }
    }

    @Test
    void request_withACredentialInAWrongValue_showsNoSecret() {
        try (TestEngine store = TestEngine.inMemory()) {
            Reply refused = store.call("GET", "/v1/jobs?status=" + store.key());
            assertThat(refused.text()).contains(store.key().substring(0, 12));
            String logged = store.text("/v1/requests/" + id(refused));
            assertThat(logged)
                    .contains("sk_live_\u2026")
                    .doesNotContain(store.key().substring(0, 12));
        }
    }

    @Test
    void list_withAFilter_showsThoseThatFit() {
        try (TestEngine store = TestEngine.inMemory()) {
            String key = store.make("/v1/keys", "{\"name\":\"second\"}");
            Reply made = store.keyed("k-1", "POST", "/v1/resources", RESOURCE);
            Reply replayed = store.keyed("k-1", "POST", "/v1/resources", RESOURCE);
            Reply absent = store.call("GET", "/v1/resources/res_x");
            Reply wrong = store.call("POST", "/v1/resources", "{}");
            String later = store.clock.now().toString();
            store.pass(Duration.ofSeconds(1));
            Reply last = store.call("GET", "/v1/workspace");

            assertThat(listed(store, "status=404")).containsExactly(id(absent));
            assertThat(listed(store, "status=4xx")).containsExactly(id(wrong), id(absent));
            assertThat(listed(store, "status=5xx")).isEmpty();
            assertThat(listed(store, "status=201&route=/v1/resources")).containsExactly(id(replayed), id(made));
            assertThat(listed(store, "code=validation_failed")).containsExactly(id(wrong));
            assertThat(listed(store, "code=not_leader")).isEmpty();
            assertThat(listed(store, "idempotencyKey=k-1")).containsExactly(id(replayed), id(made));
            assertThat(listed(store, "route=/v1/resources/%7Bid%7D")).containsExactly(id(absent));
            assertThat(listed(store, "keyId=" + key)).isEmpty();
            assertThat(listed(store, "createdAfter=" + later + "&route=/v1/workspace"))
                    .containsExactly(id(last));
            assertThat(listed(store, "createdBefore=" + later)).isEmpty();
            String caller = TestEngine.id(store.call("GET", "/v1/keys?limit=1"));
            assertThat(caller).isEqualTo(key);
            assertThat(listed(store, "status=404&keyId=" + key)).isEmpty();
        }
    }

    @Test
    void list_withOneFilter_findsARareRequestOnTheFirstPage() {
        try (TestEngine store = TestEngine.inMemory()) {
            Reply absent = store.call("GET", "/v1/resources/res_x");
            for (int i = 0; i < 300; i++) {
                assertThat(store.status("/v1/workspace")).isEqualTo(200);
            }
            Page<LoggedRequest> page = store.engine()
                    .client(store.key())
                    .requests()
                    .where("status", "404")
                    .limit(1)
                    .call();
            assertThat(page.data()).extracting(LoggedRequest::id).containsExactly(id(absent));
            assertThat(page.hasMore()).isFalse();
        }
    }

    @Test
    void list_withCombinedFilters_examinesTenTimesItsLimitAndGoesOn() {
        try (TestEngine store = TestEngine.inMemory()) {
            Reply absent = store.call("GET", "/v1/resources/res_x");
            for (int i = 0; i < 34; i++) {
                assertThat(store.status("/v1/workspace")).isEqualTo(200);
            }
            List<Integer> sizes = new ArrayList<>();
            List<String> found = new ArrayList<>();
            PlinthClient client = store.engine().client(store.key());
            String cursor = null;
            do {
                Listing<LoggedRequest> call = client.requests()
                        .where("status", "4xx")
                        .where("code", "not_found")
                        .limit(1);
                Page<LoggedRequest> page = (cursor == null ? call : call.after(cursor)).call();
                sizes.add(page.data().size());
                page.data().forEach(request -> found.add(request.id()));
                cursor = page.nextCursor().orElse(null);
            } while (cursor != null);

            assertThat(sizes).containsExactly(0, 0, 0, 1);
            assertThat(found).containsExactly(id(absent));
        }
    }

    @Test
    void list_withACursorOfOtherFilters_isRefused() {
        try (TestEngine store = TestEngine.inMemory()) {
            for (int i = 0; i < 3; i++) {
                assertThat(store.status("/v1/workspace")).isEqualTo(200);
            }
            String page = store.text("/v1/requests?limit=1&status=200");
            String cursor = page.substring(page.indexOf("\"nextCursor\":\"") + 14, page.length() - 2);
            assertThat(store.status("/v1/requests?limit=1&status=200&cursor=" + cursor))
                    .isEqualTo(200);
            assertThat(store.text("/v1/requests?limit=1&status=2xx&cursor=" + cursor))
                    .contains("\"cursor_invalid\"");
        }
    }

    @Test
    void list_withWrongFilters_namesEach() {
        try (TestEngine store = TestEngine.inMemory()) {
            Reply refused = store.call(
                    "GET",
                    "/v1/requests?status=6xx&code=Not-Found&idempotencyKey=%0A&route=resources&createdAfter=x&createdBefore=y");
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.text())
                    .contains(
                            "\"code\":\"parameter_invalid\"",
                            "{\"parameter\":\"status\",\"code\":\"invalid_format\",\"detail\":\"status must be a"
                                    + " status such as 404, or a class such as 4xx, got \\\"6xx\\\".\"}",
                            "\"parameter\":\"code\"",
                            "\"parameter\":\"idempotencyKey\"",
                            "\"parameter\":\"route\"",
                            "\"parameter\":\"createdAfter\"",
                            "\"parameter\":\"createdBefore\"");
            for (String status : List.of("", "40", "4XX", "4x4", "600", "404x", "4xxx")) {
                assertThat(store.status("/v1/requests?status=" + status))
                        .as(status)
                        .isEqualTo(400);
            }
        }
    }

    private static List<String> listed(TestEngine store, String filter) {
        Reply page = store.call("GET", "/v1/requests?" + filter);
        assertThat(page.status()).as(page.text()).isEqualTo(200);
        return Json.of(page.text()).asMap().get("data") instanceof List<?> items
                ? items.stream()
                        .map(item -> String.valueOf(((Map<?, ?>) item).get("id")))
                        .toList()
                : List.of();
    }

    private static Reply raw(TestEngine store, String type, String body) {
        return store.engine()
                .call(Call.of("POST", "/v1/resources")
                        .withKey(store.key())
                        .withHeader("Content-Type", type)
                        .withBody(body.getBytes(StandardCharsets.UTF_8)));
    }

    private static Reply match(TestEngine store, String path) {
        return store.engine()
                .call(Call.of("PATCH", path)
                        .withKey(store.key())
                        .withHeader("If-Match", "\"v9\"")
                        .withBody(Json.of(RESOURCE)));
    }

    private static void assertEnds(TestEngine store, Reply reply, int status, int step) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        LoggedRequest logged = shown(store, reply);
        assertThat(logged.status()).isEqualTo(status);
        assertThat(logged.step()).as(reply.text()).isEqualTo(step);
        assertThat(logged.detail().isPresent()).isEqualTo(status >= 400);
        assertThat(logged.json().toString()).doesNotContain("\"node\"");
    }

    private static String id(Reply reply) {
        return Objects.requireNonNull(reply.header("Request-Id"));
    }

    private static LoggedRequest shown(TestEngine store, Reply reply) {
        return store.engine().client(store.key()).request(id(reply)).call();
    }
}
