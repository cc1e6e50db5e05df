package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.JobFailure;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.pipeline.Route;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests and answers of every operation are those of its OpenAPI document: this very status, and no other members. */
final class OpenApiAnswersTest {
    /** The input of an operation. */
    record Summands(int a, Optional<Integer> b) {}

    /** The document says which answers have these headers; all others come with every answer of a kind. */
    private static final Set<String> OWN_HEADERS = Set.of("ETag", "Location", "Retry-After");
    /** HTTP's own, which documents leave out. */
    private static final Set<String> PLAIN_HEADERS = Set.of("Content-Type", "Cache-Control");

    private final TreeSet<String> seen = new TreeSet<>();
    private final TreeSet<String> ownHeaders = new TreeSet<>();
    private final TreeSet<String> missingHeaders = new TreeSet<>();
    private TestEngine store;
    private OpenApiDocument document;

    @BeforeEach
    void open() {
        store = TestEngine.open(builder -> builder.operation("count", on -> OperationResult.of(Json.EMPTY_OBJECT))
                .operation("sum", Summands.class, (input, call) -> input)
                .asyncOperation("render", job -> {
                    job.progress(1, 2, "half");
                    throw new JobFailure("broken", "It never works.", false);
                })
                .configReload(() -> Json.of("{\"taken\":[\"plans\"],\"needRestart\":[\"port\"]}")));
        document = OpenApiDocument.of(store.engine());
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void answers_ofEveryOperation_areAsDescribed() {
        String other = operatorsCalls();
        String endpoint = webhooks();
        String resource = resources(other);
        jobs(resource);
        String event = id("publishEvent", "POST", "/v1/events", "{\"type\":\"a.b\",\"data\":{\"n\":1}}");
        ok("getEvent", "GET", "/v1/events/" + event, null);
        ok("listEvents", "GET", "/v1/events", null);
        deliveries(endpoint);
        keys();
        ok("getWorkspace", "GET", "/v1/workspace", null);
        ok("updateWorkspace", "PATCH", "/v1/workspace", "{\"metadata\":{\"a\":\"b\"}}");
        ok("getRateLimit", "GET", "/v1/rate-limit", null);
        ok("getPlan", "GET", "/v1/plan", null);
        ok("listRequests", "GET", "/v1/requests", null);
        String request = store.call("POST", "/v1/resources", "{}").header("Request-Id");
        ok("getRequest", "GET", "/v1/requests/" + request, null);
        check("getRoot", store.engine().call(Call.of("GET", "/")));
        check("isLive", store.engine().call(Call.of("GET", "/health/live")));
        check("isReady", store.engine().call(Call.of("GET", "/health/ready")));
        check("isLeader", store.engine().call(Call.of("GET", "/health/leader")));
        check("getOpenApi", store.engine().call(Call.of("GET", "/openapi.json")));
        Reply metrics = store.engine().call(Call.of("GET", "/metrics"));
        assertThat(metrics.status()).isEqualTo(200);
        seen.add("getMetrics");
        Reply stream = store.call("GET", "/v1/events/stream");
        assertThat(stream.status()).isEqualTo(200);
        seen.add("streamEvents");
        events();
        store.use(store.adminToken());
        ok("listTables", "GET", "/admin/v1/tables", null);
        ok("listPlans", "GET", "/admin/v1/plans", null);
        ok("getHealthHistory", "GET", "/admin/v1/health/history", null);
        ok("reloadConfig", "POST", "/admin/v1/config/reload", null);
        ok("getClock", "GET", "/admin/v1/clock", null);
        ok("advanceClock", "POST", "/admin/v1/clock/advance", "{\"seconds\":1}");
        ok("reset", "POST", "/admin/v1/reset", null);

        TreeSet<String> all = new TreeSet<>();
        for (Route row : store.engine().wire().table()) {
            all.add(row.name());
        }
        assertThat(seen).as("operations that this test asks").isEqualTo(all);
        missingHeaders.removeAll(ownHeaders);
        assertThat(missingHeaders).as("headers that no answer has").isEmpty();
        assertThat(ownHeaders).contains("createResource 201 ETag", "createJob 202 Retry-After");
    }

    /** Fails unless the events of all of these calls are what the document says that receivers get. */
    private void events() {
        TreeSet<String> types = new TreeSet<>();
        String next = "";
        while (next != null) {
            JsonValue.Obj page = (JsonValue.Obj) JsonReader.trusted(
                    store.call("GET", "/v1/events?limit=100" + next).body());
            for (JsonValue event : ((JsonValue.Arr) page.get("data")).items()) {
                String type = ((JsonValue.Text) ((JsonValue.Obj) event).get("type")).value();
                if (!type.equals("a.b")) {
                    types.add(type);
                    assertThat(document.webhook(type).check(event, ""))
                            .as("%s is %s", type, event)
                            .isEmpty();
                }
            }
            next = page.get("nextCursor") instanceof JsonValue.Text cursor ? "&cursor=" + cursor.value() : null;
        }
        assertThat(types).hasSizeGreaterThan(15);
    }

    /** The id of another workspace. */
    private String operatorsCalls() {
        String own = store.key();
        store.use(store.adminToken());
        String workspaces = "/admin/v1/workspaces";
        String doomed = id("createWorkspace", "POST", workspaces, "{\"name\":\"doomed\"}");
        ok("listWorkspaces", "GET", workspaces, null);
        ok("getAnyWorkspace", "GET", workspaces + "/" + doomed, null);
        ok("updateAnyWorkspace", "PATCH", workspaces + "/" + doomed, "{\"status\":\"suspended\"}");
        ok("createKeyFor", "POST", workspaces + "/" + doomed + "/keys", "{\"name\":\"k\"}");
        ok("deleteAnyWorkspace", "DELETE", workspaces + "/" + doomed, null);
        store.use(own);
        return store.newWorkspace("other");
    }

    private String resources(String other) {
        String all = "/v1/resources";
        ok("createResource", "POST", all, "{ \"name\": \"My resource\" }"); // the product page's own call
        String one = all + "/" + id("createResource", "POST", all, "{\"name\":\"r\",\"metadata\":{\"a\":\"b\"}}");
        ok("listResources", "GET", all, null);
        ok("updateResource", "PATCH", one, "{\"data\":{\"n\":[1,null]}}");
        String child = one + "/children/" + id("createChild", "POST", one + "/children", "{\"name\":\"c\"}");
        ok("listChildren", "GET", one + "/children", null);
        ok("getChild", "GET", child, null);
        ok("updateChild", "PATCH", child, "{\"name\":\"d\"}");
        ok("getResource", "GET", one + "?include=children", null);
        ok("getResource", "GET", one, null);
        String share = one + "/shares/" + other;
        ok("share", "PUT", share, "{\"role\":\"reader\"}");
        assertThat(ok("share", "PUT", share, "{\"role\":\"editor\"}").status()).isEqualTo(200);
        ok("listShares", "GET", one + "/shares", null);
        String own = store.key();
        store.use(store.newKey(other));
        ok("getResource", "GET", one, null);
        ok("listResources", "GET", all + "?shared=true", null);
        store.use(own);
        ok("unshare", "DELETE", share, null);
        ok("runOperation.count", "POST", one + "/operations/count", "{}");
        ok("runOperation.render", "POST", one + "/operations/render", "{}");
        ok("runOperation", "POST", one + "/operations/render", "{}");
        ok("callOperation.sum", "POST", "/v1/operations/sum", "{\"input\":{\"a\":1}}");
        ok("callOperation", "POST", "/v1/operations/sum", "{\"input\":{\"a\":1}}");
        ok("bulkResources", "POST", all + "/bulk", "{\"operations\":[{\"action\":\"create\",\"name\":\"b\"}]}");
        ok(
                "batch",
                "POST",
                "/v1/batch",
                "{\"operations\":[{\"method\":\"POST\",\"path\":\"/v1/resources\",\"body\":{\"name\":\"b\"}}]}");
        ok("deleteChild", "DELETE", child, null);
        for (String move : new String[] {"pause", "resume", "archive", "unarchive"}) {
            ok(move + "Resource", "POST", one + "/" + move, null);
        }
        String doomed = store.make(all, "{\"name\":\"doomed\"}");
        store.call("POST", all + "/" + doomed + "/archive");
        ok("deleteResource", "DELETE", all + "/" + doomed, null);
        return one;
    }

    private void jobs(String resource) {
        String failed = TestEngine.id(store.call("POST", resource + "/operations/render", "{}"));
        ok("getJob", "GET", "/v1/jobs/" + failed + "?wait=30", null);
        ok("retryJob", "POST", "/v1/jobs/" + failed + "/retry", null);
        String waiting = "{\"type\":\"idle\",\"input\":{},\"uniqueKey\":\"u\",\"runAt\":\"2027-01-01T00:00:00.000Z\"}";
        String job = TestEngine.id(ok("createJob", "POST", "/v1/jobs", waiting));
        ok("createJob", "POST", "/v1/jobs", waiting);
        ok("listJobs", "GET", "/v1/jobs", null);
        assertThat(ok("cancelJob", "POST", "/v1/jobs/" + job + "/cancel", null).status())
                .isEqualTo(200);
        String worker = "{\"leaseToken\":\"" + lease() + "\"";
        String leased = "/v1/jobs/" + TestEngine.id(store.call("GET", "/v1/jobs?status=running"));
        ok("heartbeatJob", "POST", leased + "/heartbeat", worker + "}");
        ok("reportProgress", "POST", leased + "/progress", worker + ",\"done\":1,\"total\":2}");
        ok("completeJob", "POST", leased + "/complete", worker + ",\"result\":[1]}");
        worker = "{\"leaseToken\":\"" + lease() + "\"";
        leased = "/v1/jobs/" + TestEngine.id(store.call("GET", "/v1/jobs?status=running"));
        ok("failJob", "POST", leased + "/fail", worker + ",\"error\":{\"detail\":\"no\"}}");
        worker = "{\"leaseToken\":\"" + lease() + "\"";
        leased = "/v1/jobs/" + TestEngine.id(store.call("GET", "/v1/jobs?status=running"));
        ok("snoozeJob", "POST", leased + "/snooze", worker + ",\"seconds\":60}");
    }

    /** The token of the only lease that there is. */
    private String lease() {
        store.make("/v1/jobs", "{\"type\":\"outside\",\"input\":{\"n\":1}}");
        String jobs = ok("leaseJobs", "POST", "/v1/jobs/lease", "{\"types\":[\"outside\"]}")
                .text();
        return jobs.replaceAll(".*\"leaseToken\":\"(\\w+)\".*", "$1");
    }

    private String webhooks() {
        String all = "/v1/webhook-endpoints";
        String body = "{\"url\":\"https://hooks.example/\",\"headers\":{\"a\":\"b\"}}";
        String gone = all + "/" + id("createWebhookEndpoint", "POST", all, body);
        ok("listWebhookEndpoints", "GET", all, null);
        ok("getWebhookEndpoint", "GET", gone, null);
        ok("updateWebhookEndpoint", "PATCH", gone, "{\"description\":\"d\"}");
        ok("rotateWebhookSecret", "POST", gone + "/secret/rotate", null);
        ok("deleteWebhookEndpoint", "DELETE", gone, null);
        String endpoint = all + "/" + store.endpoint();
        ok("testWebhookEndpoint", "POST", endpoint + "/test", null);
        return endpoint;
    }

    private void deliveries(String endpoint) {
        store.pass(Duration.ofSeconds(1));
        Reply page = ok("listDeliveries", "GET", endpoint + "/deliveries", null);
        String delivery = TestEngine.id(page);
        ok("getDelivery", "GET", "/v1/deliveries/" + delivery, null);
        ok("resendDelivery", "POST", "/v1/deliveries/" + delivery + "/resend", null);
        ok("recoverDeliveries", "POST", endpoint + "/recover", "{\"since\":\"2026-01-01T00:00:00Z\"}");
    }

    private void keys() {
        String body = "{\"name\":\"k\",\"scopes\":[\"jobs:read\"],\"expiresAt\":\"2027-01-01T00:00:00.000Z\"}";
        String key = "/v1/keys/" + id("createKey", "POST", "/v1/keys", body);
        ok("listKeys", "GET", "/v1/keys", null);
        ok("getKey", "GET", key, null);
        ok("updateKey", "PATCH", key, "{\"enabled\":false}");
        ok("rotateKey", "POST", key + "/rotate", null);
        ok("revokeKey", "DELETE", key, null);
    }

    private String id(String operation, String method, String path, String body) {
        return TestEngine.id(ok(operation, method, path, body));
    }

    private Reply ok(String operation, String method, String path, String body) {
        Reply reply = body == null ? store.call(method, path) : store.call(method, path, body);
        check(operation, reply);
        assertThat(document.body(operation).check(OpenApiDocument.json(body == null ? "{}" : body), ""))
                .as("%s takes %s", operation, body)
                .isEmpty();
        return reply;
    }

    /** Fails unless the reply is one that the document of its operation describes. */
    private void check(String operation, Reply reply) {
        seen.add(operation.split("\\.")[0]);
        JsonValue.Obj responses = OpenApiDocument.member(document.operation(operation), "responses");
        assertThat(responses.members())
                .as("%s answered %s", operation, reply.text())
                .containsKey(Integer.toString(reply.status()));
        assertThat(reply.status()).as(reply.text()).isLessThan(300);
        checkHeaders(operation, reply, OpenApiDocument.member(responses, Integer.toString(reply.status())));
        assertThat(document.answer(operation, reply.status()).check(JsonReader.trusted(reply.body()), ""))
                .as("%s answered %s", operation, reply.text())
                .isEmpty();
    }

    /** Fails if the reply has a header that is not described, and notes those of its own. */
    private void checkHeaders(String operation, Reply reply, JsonValue.Obj response) {
        Set<String> described =
                OpenApiDocument.member(response, "headers").members().keySet();
        Set<String> sent = new TreeSet<>(reply.headers().keySet());
        sent.removeAll(PLAIN_HEADERS);
        assertThat(described).as(operation).containsAll(sent);
        for (String name : OWN_HEADERS) {
            String header = operation + " " + reply.status() + " " + name;
            if (sent.contains(name)) {
                ownHeaders.add(header);
            } else if (described.contains(name)) {
                missingHeaders.add(header);
            }
        }
    }
}
