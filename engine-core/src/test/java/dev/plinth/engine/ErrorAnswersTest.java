package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.ErrorText.Kind;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.Plan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Answers to customers stand in {@code docs/errors.md}: each refusal that calls can provoke, asked for through the public door. */
final class ErrorAnswersTest {
    private static final String SECRET = "sk_live_000000000000000000000000000000000000";
    private static final int DETAIL_LENGTH_MAX = 400;
    /** Two words in a row that are no placeholders, without which a text would stand for every answer. */
    private static final Pattern OWN_WORDS = Pattern.compile("[A-Za-z]+ [A-Za-z]+(?![^<]*>)");

    private static List<ErrorText> texts = List.of();

    private final TestEngine store =
            TestEngine.open(builder -> builder.operation("count", on -> OperationResult.of(Json.EMPTY_OBJECT))
                    .plan(Plan.perMinute("small", 200)
                            .withEndpointsMax(1)
                            .withQueuedJobsMax(1)
                            .withResourcesMax(2))
                    .plan(Plan.perMinute("single", 1))
                    .requireIdempotencyKey("POST /v1/webhook-endpoints")
                    .requireIfMatch("PATCH /v1/resources/{id}/children/{childId}"));
    private final List<String> strange = new ArrayList<>();
    private final Set<String> codes = new TreeSet<>();

    @BeforeAll
    static void read() throws IOException {
        texts = ErrorsPage.texts();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void bodies_wrong_areAnsweredWithTextsOfThePage() {
        for (String body : List.of(
                "",
                "[]",
                "{",
                "{\"name\":1}",
                "{\"name\":\"\",\"nam\":1,\"id\":\"x\"}",
                "{\"name\":\"n\",\"name\":\"n\"}",
                "{\"name\":\"" + "n".repeat(256) + "\"}",
                "{\"name\":\"n\",\"type\":\"Big\",\"data\":[],\"metadata\":{\"" + "k".repeat(41) + "\":1}}",
                "{\"name\":\"n\",\"data\":{\"x\":\"" + "x".repeat(65_536) + "\"}}",
                "{\"name\":\"n\",\"data\":{\"x\":1e999999999}}",
                "{\"name\":\"\\ud800\"}",
                "\ufeff{}",
                "{} {}",
                "[".repeat(65))) {
            refused(raw("POST", "/v1/resources", body));
        }
        refused(ask("POST", "/v1/resources/bulk", "{\"operations\":[]}"));
        refused(ask("POST", "/v1/resources/bulk", "{\"operations\":[1,{\"action\":\"burn\"},{}]}"));
        refused(ask("POST", "/v1/jobs", "{\"type\":\"a b\",\"input\":1,\"runAt\":\"soon\",\"priority\":9}"));
        refused(ask(
                "POST", "/v1/jobs", "{\"type\":\"resources.bulk\",\"input\":{},\"maxAttempts\":12345678901234567890}"));
        refused(ask("POST", "/v1/jobs/lease", "{\"types\":[]}"));
        refused(ask("POST", "/v1/jobs/lease", "{\"types\":[1,\"a b\",\"resources.bulk\"],\"max\":101}"));
        refused(ask("POST", "/v1/events", "{\"type\":\"resource.created\",\"data\":{}}"));
        refused(ask("POST", "/v1/events", "{\"type\":\"a..b\",\"data\":{}}"));
        refused(ask("POST", "/v1/events", "{\"type\":\"a.b\",\"data\":{},\"resourceId\":\"res_1\"}"));
        refused(ask("POST", "/v1/keys", "{\"name\":\"k\",\"scopes\":[\"all\",7],\"mode\":\"both\"}"));
        refused(ask("PATCH", "/v1/workspace", "{\"sharesFrom\":[\"acme\"]}"));
        assertAllKnown("malformed_request", "validation_failed");
    }

    @Test
    void endpoints_wrong_areAnsweredWithTextsOfThePage() {
        for (String url : List.of(
                "example.com",
                "ftp://example.com/",
                "https://user:pass@example.com/",
                "https://example.com:0/",
                "https://10.0.0.1/",
                "https://2130706433/",
                "https://[::1]/",
                "https://[fe80::1%eth0]/",
                "https://a b/",
                "https://exam_ple..com/#x",
                "https://example.com/%zz",
                "https://" + "a".repeat(254) + "/")) {
            refused(keyed("POST", "/v1/webhook-endpoints", "{\"url\":\"" + url + "\"}"));
        }
        refused(keyed(
                "POST",
                "/v1/webhook-endpoints",
                "{\"url\":\"https://example.com/\",\"types\":[\"a b\",1],\"ordering\":\"some\",\"headers\":"
                        + "{\"host\":\"x\",\"a b\":\"x\",\"X-A\":\"é\",\"x-a\":\"x\"}}"));
        refused(ask("POST", "/v1/webhook-endpoints", "{}"));
        assertAllKnown("validation_failed", "idempotency_key_missing");
    }

    @Test
    void queries_wrong_areAnsweredWithTextsOfThePage() {
        for (String query : List.of(
                "resources?limit=1000",
                "resources?limit=many",
                "resources?status=gone&status=gone&colour=red",
                "resources?createdAfter=2026-01-01T00:00:00+02:00&createdBefore=x",
                "resources?metadata.a=1&metadata.b=2",
                "resources?%zz",
                "resources?cursor=abc",
                "resources?shared=maybe",
                "events?type=a%20b",
                "events?after=evt_1",
                "events?after=evt_00000000000000000000000000",
                "jobs?status=done",
                "workspace?x=1")) {
            refused(ask("GET", "/v1/" + query, null));
        }
        assertAllKnown("parameter_invalid", "cursor_invalid");
    }

    @Test
    void callers_refused_areAnsweredWithTextsOfThePage() {
        String plan =
                store.engine().admin().createWorkspace("one", "single").call().id();
        String single = store.newKey(plan);
        String reader = Json.of(
                        ask("POST", "/v1/keys", "{\"name\":\"r\",\"scopes\":[\"resources:read\",\"keys:write\"]}")
                                .text())
                .asMap()
                .get("secret")
                .toString();

        refused(store.engine().call(Call.of("GET", "/v1/workspace")));
        refused(with(SECRET, "GET", "/v1/workspace", null));
        refused(with(reader, "POST", "/v1/resources", "{\"name\":\"n\"}"));
        refused(with(reader, "POST", "/v1/keys", "{\"name\":\"n\"}"));
        refused(with(reader, "POST", "/v1/keys", "{\"name\":\"n\",\"scopes\":[\"jobs:read\"]}"));
        with(single, "GET", "/v1/workspace", null);
        refused(with(single, "GET", "/v1/workspace", null));
        store.engine().admin().suspend(plan).call();
        refused(with(single, "GET", "/v1/workspace", null));
        refused(ask("GET", "/v2/nothing", null));
        refused(ask("DELETE", "/v1/resources", null));
        refused(ask("GET", "/v1/resources/res_1", null));
        refused(ask("POST", "/v1/resources/res_1/operations/sing", "{}"));
        refused(raw("POST", "/v1/resources", "x".repeat(300_000)));
        refused(store.engine()
                .call(Call.of("POST", "/v1/resources")
                        .withKey(store.key())
                        .withHeader("Content-Encoding", "gzip")
                        .withBody(Json.of("{}"))));
        refused(store.engine()
                .call(Call.of("POST", "/v1/resources")
                        .withKey(store.key())
                        .withHeader("Content-Type", "text/plain")
                        .withBody("hello".getBytes(StandardCharsets.US_ASCII))));
        assertAllKnown(
                "unauthenticated",
                "invalid_token",
                "insufficient_scope",
                "rate_limited",
                "workspace_suspended",
                "route_not_found",
                "method_not_allowed",
                "not_found",
                "payload_too_large",
                "unsupported_media_type");
    }

    @Test
    void states_refused_areAnsweredWithTextsOfThePage() {
        String workspace =
                store.engine().admin().createWorkspace("small", "small").call().id();
        store.use(store.newKey(workspace));
        String id = store.make("/v1/resources", "{\"name\":\"n\"}");
        String path = "/v1/resources/" + id;
        String child = store.make(path + "/children", "{\"name\":\"c\"}");
        String job = store.make("/v1/jobs", "{\"type\":\"t\",\"input\":{},\"uniqueKey\":\"u\"}");

        refused(ask("DELETE", path, null));
        refused(ask("PATCH", path + "/children/" + child, "{\"name\":\"d\"}"));
        refused(store.engine()
                .call(Call.of("PATCH", path)
                        .withKey(store.key())
                        .withHeader("If-Match", "\"v7\"")
                        .withBody(Json.of("{\"name\":\"m\"}"))));
        ask("POST", path + "/pause", null);
        refused(ask("POST", path + "/operations/count", "{}"));
        ask("POST", path + "/archive", null);
        refused(ask("PATCH", path, "{\"name\":\"m\"}"));
        refused(ask("PUT", path + "/shares/" + workspace, "{\"role\":\"reader\"}"));
        refused(ask("PUT", path + "/shares/" + workspace, "{\"role\":\"owner\"}"));
        store.make("/v1/resources", "{\"name\":\"n\"}");
        refused(ask("POST", "/v1/resources", "{\"name\":\"n\"}"));
        refused(ask("POST", "/v1/jobs", "{\"type\":\"t\",\"input\":{}}"));
        refused(ask("POST", "/v1/jobs/" + job + "/retry", null));
        refused(ask("POST", "/v1/jobs/" + job + "/complete", "{\"leaseToken\":\"x\",\"result\":1}"));
        ask("POST", "/v1/jobs/" + job + "/cancel", null);
        refused(ask("POST", "/v1/jobs/" + job + "/cancel", null));
        store.keyed("k", "POST", "/v1/events", "{\"type\":\"a.b\",\"data\":{}}");
        refused(store.keyed("k", "POST", "/v1/events", "{\"type\":\"a.c\",\"data\":{}}"));
        refused(store.keyed("é", "POST", "/v1/events", "{\"type\":\"a.c\",\"data\":{}}"));
        store.close();
        refused(ask("GET", "/v1/workspace", null));
        assertAllKnown(
                "precondition_failed",
                "precondition_required",
                "resource_paused",
                "resource_archived",
                "plan_limit_reached",
                "job_queue_full",
                "job_finished",
                "lease_lost",
                "invalid_transition",
                "idempotency_key_reused",
                "idempotency_key_invalid",
                "shutting_down");
    }

    private void assertAllKnown(String... expected) {
        assertThat(strange).isEmpty();
        assertThat(codes).contains(expected);
    }

    private Reply ask(String method, String path, String body) {
        return with(store.key(), method, path, body);
    }

    private Reply with(String key, String method, String path, String body) {
        Call call = Call.of(method, path).withKey(key);
        return store.engine().call(body == null ? call : call.withBody(Json.of(body)));
    }

    private Reply keyed(String method, String path, String body) {
        return store.keyed("key-" + body.hashCode(), method, path, body);
    }

    private Reply raw(String method, String path, String body) {
        return store.engine()
                .call(Call.of(method, path).withKey(store.key()).withBody(body.getBytes(StandardCharsets.UTF_8)));
    }

    /** Looks up each text of a refusal on the page. */
    private void refused(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isGreaterThanOrEqualTo(400);
        Problem problem = Problem.of(Json.of(reply.text()));
        codes.add(problem.code());
        boolean isOneError =
                problem.errors().size() == 1 && problem.errors().get(0).detail().equals(problem.detail());
        if (!isOneError && !isOnPage(Kind.PROBLEM, problem.code(), problem.detail())) {
            strange.add(problem.code() + ": " + problem.detail());
        }
        for (ProblemError error : problem.errors()) {
            if (!isOnPage(Kind.INPUT, error.code(), error.detail())) {
                strange.add(error.code() + ": " + error.detail());
            }
        }
        if (reply.text().contains(SECRET) || reply.text().contains("pass@")) {
            strange.add("repeats a secret: " + reply.text());
        }
    }

    private static boolean isOnPage(Kind kind, String code, String detail) {
        return detail.length() <= DETAIL_LENGTH_MAX
                && texts.stream()
                        .filter(text -> text.kind() == kind)
                        .filter(text ->
                                text.under().equals(code) || text.under().contains(" "))
                        .filter(text -> OWN_WORDS.matcher(text.statement()).find())
                        .anyMatch(text -> pattern(text.text()).matcher(detail).matches());
    }

    private static Pattern pattern(String text) {
        return Pattern.compile(
                Arrays.stream(text.split("<[^>]*>", -1)).map(Pattern::quote).collect(Collectors.joining(".*")),
                Pattern.DOTALL);
    }
}
