package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineInside;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.SeededIds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The answers of all routes are the recorded ones: status, headers and bytes, but for free texts and secrets. The clock
 * and the ids are deterministic.
 *
 * <p>To record anew, run this test and copy {@code target/wire-corpus.txt} to {@code src/test/resources}. A review then
 * shows how the wire changes.
 */
final class WireCorpusTest {
    /** The input of an operation. */
    record Counted(int n) {}

    private static final String CORPUS = "wire-corpus.txt";
    private static final String OPERATOR_TOKEN = "an-operator-of-the-corpus";
    private static final String NAME = "{\"name\":\"n\"}";
    private static final String KEY = "key";
    private static final String FRIEND = "key of another workspace";
    private static final String FRESH = "key behind the reset";
    private static final String OPERATOR = "operator";

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2025-01-01T00:00:00Z"));
    private final Engine engine = Engine.builder()
            .adminToken(OPERATOR_TOKEN)
            .testClock(clock)
            .ids(new SeededIds(7))
            .webhookAllow("127.0.0.0/8")
            .operation("echo", operation -> OperationResult.of(operation.input()))
            .operation("invoice.count", Counted.class, (input, call) -> input)
            .configReload(() -> Json.of("{\"taken\":[],\"needRestart\":[]}"))
            .open();
    private final EngineServer server = EngineServer.builder(engine).port(0).start();
    private final WireCorpus corpus = new WireCorpus(server.port(), Map.of(OPERATOR, OPERATOR_TOKEN));
    private String workspace = "";
    private String friend = "";

    @BeforeEach
    void layWorkspaces() throws IOException {
        workspace = workspace(KEY);
        friend = workspace(FRIEND);
    }

    @AfterEach
    void close() {
        server.close();
        engine.close();
    }

    private String workspace(String credential) throws IOException {
        String id = corpus.member(
                "id", "createWorkspace", OPERATOR, "POST", "/admin/v1/workspaces", "{\"name\":\"n\",\"plan\":\"pro\"}");
        corpus.credential(
                credential,
                corpus.member(
                        "secret", "createKeyFor", OPERATOR, "POST", "/admin/v1/workspaces/" + id + "/keys", NAME));
        return id;
    }

    @Test
    void answers_ofAllRoutes_areTheRecordedOnes() throws IOException {
        resources();
        children();
        shares();
        jobs();
        leases();
        events();
        endpoints();
        keys();
        system();
        batches();
        operations();
        operator();
        plans();

        Path made = Path.of("target", CORPUS);
        Files.createDirectories(made.getParent());
        Files.write(made, corpus.lines());
        assertThat(EngineInside.routes(engine))
                .allSatisfy(route -> assertThat(corpus.statuses().get(route.name()))
                        .as(route.name())
                        .anyMatch(status -> status < 300)
                        .anyMatch(status -> status >= 400));
        assertThat(corpus.lines())
                .as("Copy " + made + " to src/test/resources/" + CORPUS + " if the wire may change so")
                .containsExactlyElementsOf(recorded());
    }

    private static List<String> recorded() throws IOException {
        try (var in = WireCorpusTest.class.getResourceAsStream("/" + CORPUS)) {
            return in == null
                    ? List.of()
                    : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .toList();
        }
    }

    private void resources() throws IOException {
        String body = "{\"name\":\"first\",\"type\":\"default\",\"data\":{\"a\":[1,2.50,\"\\u00e9\",null]}}";
        String all = "/v1/resources";
        String id =
                WireCorpus.member("id", corpus.call("createResource", KEY, "POST", all, body, "Idempotency-Key: one"));
        corpus.call("createResource", KEY, "POST", all, body, "Idempotency-Key: one");
        corpus.call("createResource", KEY, "POST", all, NAME, "Idempotency-Key: one");
        corpus.call("createResource", KEY, "POST", all, "{\"nam\":\"n\",\"data\":1}");
        corpus.call("createResource", KEY, "POST", all, "{\"name\":");
        corpus.call("createResource", "", "POST", all, NAME);
        corpus.call("createResource", KEY, "POST", all, NAME);
        corpus.call("createResource", KEY, "POST", all, NAME);
        String page = corpus.call("listResources", KEY, "GET", all + "?limit=1", "");
        corpus.call("listResources", KEY, "GET", all + "?limit=1&cursor=" + WireCorpus.member("nextCursor", page), "");
        corpus.call("listResources", KEY, "GET", all + "?limit=1000&statu=active", "");
        corpus.call("bulkResources", KEY, "POST", all + "/bulk", "{\"operations\":[]}");
        String one = all + "/" + id;
        corpus.call("getResource", KEY, "GET", one, "");
        corpus.call("getResource", KEY, "GET", one, "", "If-None-Match: \"v1\"");
        corpus.call("getResource", KEY, "GET", all + "/res_00000000000000000000000000", "");
        corpus.call("getResource", FRIEND, "GET", one, "");
        corpus.call("getResource", KEY, "DELETE", "/v1/nothing", "");
        corpus.call("getResource", KEY, "PUT", one, "");
        corpus.call("updateResource", KEY, "PATCH", one, "{\"name\":\"second\"}", "If-Match: \"v1\"");
        corpus.call("updateResource", KEY, "PATCH", one, "{\"name\":\"third\"}", "If-Match: \"v1\"");
        corpus.call("runOperation", KEY, "POST", one + "/operations/echo", "{\"input\":{\"b\":1}}");
        corpus.call("runOperation", KEY, "POST", one + "/operations/nothing", "{\"input\":{}}");
        change("pauseResource", one + "/pause");
        change("resumeResource", one + "/resume");
        corpus.call("deleteResource", KEY, "DELETE", one, "");
        change("archiveResource", one + "/archive");
        corpus.call("updateResource", KEY, "PATCH", one, NAME);
        change("unarchiveResource", one + "/unarchive");
        corpus.call("archiveResource", KEY, "POST", one + "/archive", "");
        corpus.call("deleteResource", KEY, "DELETE", one, "");
        corpus.call("getResource", KEY, "GET", one, "");
        String job = corpus.member(
                "job_id",
                "bulkResources",
                KEY,
                "POST",
                all + "/bulk",
                "{\"operations\":[{\"action\":\"create\",\"name\":\"b\"},{\"action\":\"pause\",\"id\":\"" + id
                        + "\"}]}");
        corpus.call("getJob", KEY, "GET", "/v1/jobs/" + job + "?wait=30", "");
    }

    private void batches() throws IOException {
        String create = "{\"method\":\"POST\",\"path\":\"/v1/resources\",\"body\":{\"name\":\"n\"}}";
        String pause = "{\"method\":\"POST\",\"path\":\"/v1/resources/{{0.id}}/pause\"}";
        batch("{\"operations\":[" + create + "," + pause + "]}");
        batch("{\"operations\":[" + create + "," + pause + "," + pause + "]}");
        batch("{\"operations\":[" + create + ",{\"method\":\"GET\",\"path\":\"/v1/resources\"}]}");
        batch("{\"operations\":[]}");
    }

    private void batch(String body) throws IOException {
        corpus.call("batch", KEY, "POST", "/v1/batch", body);
    }

    private void change(String route, String path) throws IOException {
        corpus.call(route, KEY, "POST", path, "");
        corpus.call(route, KEY, "POST", path + "?force=1", "");
    }

    private String resource() throws IOException {
        return "/v1/resources/" + corpus.member("id", "createResource", KEY, "POST", "/v1/resources", NAME);
    }

    private void children() throws IOException {
        String all = resource() + "/children";
        String one = all + "/" + corpus.member("id", "createChild", KEY, "POST", all, "{\"name\":\"c\",\"data\":{}}");
        corpus.call("createChild", KEY, "POST", all, "{}");
        corpus.call("listChildren", KEY, "GET", all, "");
        corpus.call("listChildren", KEY, "GET", all + "?cursor=none", "");
        corpus.call("getChild", KEY, "GET", one, "");
        corpus.call("updateChild", KEY, "PATCH", one, "{\"data\":{\"d\":true}}");
        corpus.call("updateChild", KEY, "PATCH", one, "[]");
        corpus.call("deleteChild", KEY, "DELETE", one, "");
        corpus.call("deleteChild", KEY, "DELETE", one, "");
        corpus.call("getChild", KEY, "GET", one, "");
    }

    private void shares() throws IOException {
        String one = resource();
        String share = one + "/shares/" + friend;
        corpus.call("share", KEY, "PUT", share, "{\"role\":\"reader\"}");
        corpus.call("share", KEY, "PUT", share, "{\"role\":\"owner\"}");
        corpus.call("getResource", FRIEND, "GET", one, "");
        corpus.call("updateResource", FRIEND, "PATCH", one, NAME);
        corpus.call("listShares", KEY, "GET", one + "/shares", "");
        corpus.call("listShares", FRIEND, "GET", one + "/shares", "");
        corpus.call("unshare", KEY, "DELETE", share, "");
        corpus.call("unshare", KEY, "DELETE", share, "");
    }

    private void jobs() throws IOException {
        String all = "/v1/jobs";
        String body = "{\"type\":\"idle\",\"input\":{\"a\":1},\"uniqueKey\":\"u\",\"maxAttempts\":1}";
        String one = all + "/" + corpus.member("job_id", "createJob", KEY, "POST", all, body);
        corpus.call("createJob", KEY, "POST", all, body);
        corpus.call("createJob", KEY, "POST", all, "{\"type\":\"\",\"priority\":9}");
        corpus.call("listJobs", KEY, "GET", all + "?status=queued", "");
        corpus.call("listJobs", KEY, "GET", all + "?status=gone", "");
        corpus.call("getJob", KEY, "GET", one, "");
        corpus.call("getJob", KEY, "GET", one + "?wait=31", "");
        corpus.call("cancelJob", KEY, "POST", one + "/cancel", "");
        corpus.call("cancelJob", KEY, "POST", one + "/cancel", "");
        corpus.call("retryJob", KEY, "POST", one + "/retry", "");
    }

    private void leases() throws IOException {
        String all = "/v1/jobs";
        corpus.call("createJob", KEY, "POST", all, "{\"type\":\"leased\",\"input\":{},\"maxAttempts\":1}");
        corpus.call("createJob", KEY, "POST", all, "{\"type\":\"leased\",\"input\":{}}");
        String lease = lease();
        corpus.call("leaseJobs", KEY, "POST", all + "/lease", "{\"types\":[]}");
        String one = all + "/" + WireCorpus.member("id", lease);
        String token = "{\"leaseToken\":\"" + WireCorpus.member("leaseToken", lease) + "\"";
        worker("heartbeatJob", one + "/heartbeat", token + "}");
        worker("reportProgress", one + "/progress", token + ",\"done\":1,\"total\":2,\"message\":\"m\"}");
        worker(
                "failJob",
                one + "/fail",
                token + ",\"error\":{\"code\":\"no\",\"detail\":\"It fails.\"},\"retryable\":false}");
        corpus.call("getJob", KEY, "GET", one, "");
        corpus.call("retryJob", KEY, "POST", one + "/retry", "");
        lease = lease();
        worker(
                "snoozeJob",
                one + "/snooze",
                "{\"leaseToken\":\"" + WireCorpus.member("leaseToken", lease) + "\",\"seconds\":60}");
        corpus.call("retryJob", KEY, "POST", one + "/retry", "");
        lease = lease();
        one = all + "/" + WireCorpus.member("id", lease);
        token = "{\"leaseToken\":\"" + WireCorpus.member("leaseToken", lease) + "\"";
        worker("completeJob", one + "/complete", token + ",\"result\":{\"pages\":12}}");
        corpus.call("getJob", KEY, "GET", one, "");
        corpus.call("retryJob", KEY, "POST", one + "/retry", "");
    }

    private String lease() throws IOException {
        return corpus.call(
                "leaseJobs", KEY, "POST", "/v1/jobs/lease", "{\"types\":[\"leased\"],\"max\":1,\"leaseSeconds\":60}");
    }

    private void worker(String route, String path, String body) throws IOException {
        corpus.call(route, KEY, "POST", path, "{}");
        corpus.call(route, KEY, "POST", path, body);
    }

    private void events() throws IOException {
        String all = "/v1/events";
        String id = corpus.member("id", "publishEvent", KEY, "POST", all, "{\"type\":\"a.b\",\"data\":{\"c\":1}}");
        corpus.call("publishEvent", KEY, "POST", all, "{\"type\":\"resource.created\",\"data\":{}}");
        corpus.call("listEvents", KEY, "GET", all + "?limit=2", "");
        corpus.call("listEvents", KEY, "GET", all + "?after=" + id, "");
        corpus.call("listEvents", KEY, "GET", all + "?after=evt_none", "");
        corpus.call("getEvent", KEY, "GET", all + "/" + id, "");
        corpus.call("getEvent", FRIEND, "GET", all + "/" + id, "");
        corpus.call("streamEvents", KEY, "GET", all + "/stream", "");
        corpus.call("streamEvents", KEY, "GET", all + "/stream", "", "Last-Event-ID: none");
    }

    /** Disables the endpoint before an event, so that nothing goes out. */
    private void endpoints() throws IOException {
        String all = "/v1/webhook-endpoints";
        String one = all + "/"
                + corpus.member(
                        "id",
                        "createWebhookEndpoint",
                        KEY,
                        "POST",
                        all,
                        "{\"url\":\"http://127.0.0.1:1/\",\"types\":[\"a.b\"],\"description\":\"d\"}");
        corpus.call("createWebhookEndpoint", KEY, "POST", all, "{\"url\":\"ftp://a\"}");
        corpus.call("updateWebhookEndpoint", KEY, "PATCH", one, "{\"status\":\"disabled\"}");
        corpus.call("updateWebhookEndpoint", KEY, "PATCH", one, "{\"status\":\"off\"}");
        corpus.call("publishEvent", KEY, "POST", "/v1/events", "{\"type\":\"a.b\",\"data\":{}}");
        corpus.call("listWebhookEndpoints", KEY, "GET", all, "");
        corpus.call("listWebhookEndpoints", KEY, "GET", all + "?limit=0", "");
        corpus.call("getWebhookEndpoint", KEY, "GET", one, "");
        corpus.call("getWebhookEndpoint", FRIEND, "GET", one, "");
        corpus.call("rotateWebhookSecret", KEY, "POST", one + "/secret/rotate", "");
        corpus.call("rotateWebhookSecret", FRIEND, "POST", one + "/secret/rotate", "");
        String delivery =
                "/v1/deliveries/" + corpus.member("id", "listDeliveries", KEY, "GET", one + "/deliveries", "");
        corpus.call("listDeliveries", KEY, "GET", one + "/deliveries?status=none", "");
        corpus.call("getDelivery", KEY, "GET", delivery, "");
        corpus.call("getDelivery", FRIEND, "GET", delivery, "");
        corpus.call("testWebhookEndpoint", FRIEND, "POST", one + "/test", "");
        corpus.call("recoverDeliveries", KEY, "POST", one + "/recover", "{\"since\":\"yesterday\"}");
        String job = corpus.member(
                "job_id", "recoverDeliveries", KEY, "POST", one + "/recover", "{\"since\":\"2025-01-01T00:00:00Z\"}");
        corpus.call("getJob", KEY, "GET", "/v1/jobs/" + job + "?wait=30", "");
        corpus.call("testWebhookEndpoint", KEY, "POST", one + "/test", "");
        corpus.call("resendDelivery", KEY, "POST", delivery + "/resend", "");
        corpus.call("resendDelivery", FRIEND, "POST", delivery + "/resend", "");
        corpus.call("deleteWebhookEndpoint", KEY, "DELETE", one, "");
        corpus.call("deleteWebhookEndpoint", KEY, "DELETE", one, "");
        corpus.call("resendDelivery", KEY, "POST", delivery + "/resend", "");
    }

    private void keys() throws IOException {
        String all = "/v1/keys";
        String one = all + "/"
                + corpus.member(
                        "id",
                        "createKey",
                        KEY,
                        "POST",
                        all,
                        "{\"name\":\"n\",\"scopes\":[\"keys:read\"],\"expiresAt\":\"2025-02-01T00:00:00Z\"}");
        corpus.call("createKey", KEY, "POST", all, "{\"name\":\"n\",\"scopes\":[\"all\"]}");
        corpus.call("listKeys", KEY, "GET", all, "");
        corpus.call("listKeys", KEY, "GET", all + "?limit=x", "");
        corpus.call("getKey", KEY, "GET", one, "");
        corpus.call("getKey", FRIEND, "GET", one, "");
        corpus.call("updateKey", KEY, "PATCH", one, "{\"name\":\"m\",\"enabled\":false}");
        corpus.call("updateKey", KEY, "PATCH", one, "{\"secret\":\"s\"}");
        corpus.call("rotateKey", KEY, "POST", one + "/rotate", "{\"graceSeconds\":60}");
        corpus.call("rotateKey", KEY, "POST", one + "/rotate", "{\"graceSeconds\":-1}");
        corpus.call("revokeKey", KEY, "DELETE", one, "");
        corpus.call("revokeKey", FRIEND, "DELETE", one, "");
        corpus.call("getWorkspace", KEY, "GET", "/v1/workspace", "");
        corpus.call("getWorkspace", KEY, "GET", "/v1/workspace?a=b", "");
        corpus.call("updateWorkspace", KEY, "PATCH", "/v1/workspace", "{\"name\":\"new\"}");
        corpus.call("updateWorkspace", KEY, "PATCH", "/v1/workspace", "{\"plan\":\"pro\"}");
        corpus.call("getRateLimit", KEY, "GET", "/v1/rate-limit", "");
        corpus.call("getRateLimit", "", "GET", "/v1/rate-limit", "");
        String request = corpus.member("id", "listRequests", KEY, "GET", "/v1/requests?limit=1", "");
        corpus.call("listRequests", KEY, "GET", "/v1/requests?status=none", "");
        corpus.call("getRequest", KEY, "GET", "/v1/requests/" + request, "");
        corpus.call("getRequest", FRIEND, "GET", "/v1/requests/" + request, "");
    }

    private void system() throws IOException {
        for (Map.Entry<String, String> route : Map.of(
                        "getRoot", "/",
                        "isLive", "/health/live",
                        "isReady", "/health/ready",
                        "getMetrics", "/metrics",
                        "getOpenApi", "/openapi.json")
                .entrySet()
                .stream()
                .sorted(Map.Entry.comparingByKey())
                .toList()) {
            corpus.call(route.getKey(), "", "GET", route.getValue(), "");
            corpus.call(route.getKey(), "", "GET", route.getValue() + "?a=b", "");
        }
    }

    private void operations() throws IOException {
        corpus.call("callOperation", KEY, "POST", "/v1/operations/invoice.count", "{\"input\":{\"n\":1}}");
        corpus.call("callOperation", KEY, "POST", "/v1/operations/invoice.count", "{\"input\":{\"n\":\"1\"}}");
    }

    /** Comes behind the reset, so that the ids before it stay as they were. */
    private void plans() throws IOException {
        String fresh = workspace(FRESH);
        corpus.call("getPlan", FRESH, "GET", "/v1/plan", "");
        corpus.call("getPlan", "", "GET", "/v1/plan", "");
        corpus.call("listPlans", OPERATOR, "GET", "/admin/v1/plans", "");
        corpus.call("listPlans", FRESH, "GET", "/admin/v1/plans", "");
        corpus.call("getHealthHistory", OPERATOR, "GET", "/admin/v1/health/history", "");
        corpus.call("getHealthHistory", OPERATOR, "GET", "/admin/v1/health/history?createdAfter=now", "");
        corpus.call("listWorkspaces", OPERATOR, "GET", "/admin/v1/workspaces?plan=pro&limit=1", "");
        corpus.call("listWorkspaces", OPERATOR, "GET", "/admin/v1/workspaces?plan=starter", "");
        corpus.call("getAnyWorkspace", OPERATOR, "GET", "/admin/v1/workspaces/" + fresh, "");
        corpus.call("isLeader", "", "GET", "/health/leader", "");
        corpus.call("isLeader", "", "GET", "/health/leader?a=b", "");
    }

    private void operator() throws IOException {
        String all = "/admin/v1/workspaces";
        corpus.call("createWorkspace", KEY, "POST", all, NAME);
        corpus.call("createKeyFor", OPERATOR, "POST", all + "/ws_none/keys", NAME);
        corpus.call("listWorkspaces", OPERATOR, "GET", all + "?limit=1", "");
        corpus.call("listWorkspaces", "", "GET", all, "");
        corpus.call("getAnyWorkspace", OPERATOR, "GET", all + "/" + workspace, "");
        corpus.call("getAnyWorkspace", OPERATOR, "GET", all + "/ws_none", "");
        corpus.call("updateAnyWorkspace", OPERATOR, "PATCH", all + "/" + friend, "{\"plan\":\"business\"}");
        corpus.call("updateAnyWorkspace", OPERATOR, "PATCH", all + "/" + friend, "{\"plan\":\"none\"}");
        corpus.call("deleteAnyWorkspace", OPERATOR, "DELETE", all + "/" + friend, "");
        corpus.call("deleteAnyWorkspace", KEY, "DELETE", all + "/" + friend, "");
        corpus.call("reloadConfig", OPERATOR, "POST", "/admin/v1/config/reload", "");
        corpus.call("reloadConfig", KEY, "POST", "/admin/v1/config/reload", "");
        corpus.call("getClock", OPERATOR, "GET", "/admin/v1/clock", "");
        corpus.call("getClock", KEY, "GET", "/admin/v1/clock", "");
        corpus.call("advanceClock", OPERATOR, "POST", "/admin/v1/clock/advance", "{\"seconds\":-1}");
        corpus.call("advanceClock", OPERATOR, "POST", "/admin/v1/clock/advance", "{\"seconds\":60}");
        corpus.call("listTables", OPERATOR, "GET", "/admin/v1/tables", "");
        corpus.call("listTables", KEY, "GET", "/admin/v1/tables", "");
        corpus.call("reset", KEY, "POST", "/admin/v1/reset", "");
        corpus.call("reset", OPERATOR, "POST", "/admin/v1/reset", "");
    }
}
