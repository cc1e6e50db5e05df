package dev.plinth.engine.http;

import com.sun.net.httpserver.HttpServer;
import dev.plinth.engine.Patience;
import dev.plinth.engine.api.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The calls that fill a golden directory, over HTTP, so that the server of any release can take them. Records each call
 * whose answer must stay the same: reads, and changes under an idempotency key.
 */
final class GoldenScenario {
    /** The time for which the second lease was extended. The first one is for longer. */
    static final Duration EXTENDED = Duration.ofSeconds(1800);

    /** The beginning of the path of calls that read the request log. */
    private static final String LOGGED = "/v1/requests?keyId=";

    static final String ADMIN_TOKEN = "adm_golden_0123456789abcdef";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String base;
    private final List<Call> calls = new ArrayList<>();

    private GoldenScenario(String base) {
        this.base = base;
    }

    /**
     * A call with the answer that it got.
     *
     * @param key its idempotency key, or null
     */
    record Call(
            String method,
            String path,
            String token,
            @Nullable String body,
            @Nullable String key,
            int status,
            String answer) {
        Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("method", method);
            map.put("path", path);
            map.put("token", token);
            map.put("body", body == null ? "" : body);
            map.put("key", key == null ? "" : key);
            map.put("status", status);
            map.put("answer", answer);
            return map;
        }

        static Call of(Map<?, ?> map) {
            return new Call(
                    text(map, "method"),
                    text(map, "path"),
                    text(map, "token"),
                    text(map, "body").isEmpty() ? null : text(map, "body"),
                    text(map, "key").isEmpty() ? null : text(map, "key"),
                    ((Number) Objects.requireNonNull(map.get("status"))).intValue(),
                    text(map, "answer"));
        }

        private static String text(Map<?, ?> map, String name) {
            return String.valueOf(map.get(name));
        }
    }

    /** Returns the id of the workspace that the recorded calls have filled. */
    static String workspace(List<Call> calls) {
        String admin = "/admin/v1/workspaces/";
        return calls.stream()
                .map(Call::path)
                .filter(path -> path.startsWith(admin))
                .map(path -> path.substring(admin.length()))
                .findFirst()
                .orElseThrow();
    }

    /** Sends a call again. */
    static HttpResponse<String> send(HttpClient http, String base, Call call) throws IOException, InterruptedException {
        return http.send(request(base, call).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(String base, Call call) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + call.path()))
                .header("Authorization", "Bearer " + call.token())
                .method(
                        call.method(),
                        call.body() == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(call.body()));
        if (call.key() != null) {
            request.header("Idempotency-Key", call.key());
        }
        return request;
    }

    /** Fills the store of a server. Returns the calls that it must answer in the same way for good. */
    static List<Call> run(String base) throws IOException, InterruptedException {
        CountDownLatch received = new CountDownLatch(2);
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            byte[] thanks = "thanks".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, thanks.length);
            exchange.getResponseBody().write(thanks);
            exchange.close();
            received.countDown();
        });
        receiver.start();
        try {
            return new GoldenScenario(base)
                    .fill("http://127.0.0.1:" + receiver.getAddress().getPort() + "/", received);
        } finally {
            receiver.stop(0);
        }
    }

    private List<Call> fill(String receiver, CountDownLatch received) throws IOException, InterruptedException {
        String workspace = id(post(ADMIN_TOKEN, "/admin/v1/workspaces", "{\"name\":\"golden\",\"plan\":\"business\"}"));
        String other = id(post(ADMIN_TOKEN, "/admin/v1/workspaces", "{\"name\":\"other\"}"));
        String keys = "/admin/v1/workspaces/" + workspace + "/keys";
        String key = secret(post(ADMIN_TOKEN, keys, "{\"name\":\"full\"}"));
        String otherKey = secret(post(ADMIN_TOKEN, "/admin/v1/workspaces/" + other + "/keys", "{\"name\":\"other\"}"));
        String reader = secret(post(key, "/v1/keys", "{\"name\":\"reader\",\"scopes\":[\"resources:read\"]}"));
        Json revoked = post(key, "/v1/keys", "{\"name\":\"revoked\",\"mode\":\"test\"}");
        call("DELETE", "/v1/keys/" + id(revoked), key, null, null);

        Json endpoint = post(
                key,
                "/v1/webhook-endpoints",
                "{\"url\":\"" + receiver + "\",\"types\":[\"resource.created\"],\"headers\":{\"X-Token\":\"t0ken\"},"
                        + "\"description\":\"golden\"}");
        Json kept =
                keep("POST", "/v1/resources", key, "{\"name\":\"é one\",\"data\":{\"b\":1,\"a\":[1,2.50,null]}}", "k1");
        String resource = "/v1/resources/" + id(kept);
        post(key, resource + "/children", "{\"name\":\"child\",\"data\":{\"n\":1}}");
        Json second = keep("POST", "/v1/resources", key, "{\"type\":\"crate\",\"name\":\"two\"}", "k2");
        keep("PATCH", "/v1/resources/" + id(second), key, "{\"metadata\":{\"colour\":\"red\"}}", "k3");
        keep("POST", "/v1/resources/" + id(second) + "/pause", key, null, "k4");
        keep("PATCH", "/v1/resources/" + id(second), key, "{\"name\":7}", "k5");
        keep("POST", "/v1/keys", key, "{\"name\":\"sealed\"}", "k6");
        post(key, resource + "/shares", "{\"workspaceId\":\"" + other + "\",\"role\":\"reader\"}");
        Json job = post(
                key,
                "/v1/resources/bulk",
                "{\"operations\":[{\"action\":\"create\",\"name\":\"bulk\"},{\"action\":\"pause\",\"id\":\"res_x\"}]}");
        String jobId = jobId(job);
        Patience.until(() -> text(key, "/v1/jobs/" + jobId).contains("finishedAt"));
        post(key, "/v1/events", "{\"type\":\"golden.made\",\"data\":{\"x\":1}}");
        postTraced(key, "/v1/events", "{\"type\":\"golden.traced\",\"data\":{\"x\":2}}");
        received.await();
        String deliveries = "/v1/webhook-endpoints/" + id(endpoint) + "/deliveries";
        Patience.until(() -> deliveredAll(text(key, deliveries)));

        keepLeases(key);
        keepRotated(key, id(endpoint));
        keepLogged(key);
        keepReads(key, resource, "/v1/resources/" + id(second), "/v1/jobs/" + jobId, deliveries, id(endpoint));
        keep("GET", resource, reader, null, null);
        keep("GET", resource + "/children", otherKey, null, null);
        keep("POST", "/v1/resources", reader, "{\"name\":\"no\"}", null);
        keep("GET", "/v1/resources", secret(revoked), null, null);
        keep("GET", "/admin/v1/workspaces/" + workspace, ADMIN_TOKEN, null, null);
        return calls;
    }

    /** Leases two jobs. The lease of the second one is extended for another time than the one it began with. */
    private void keepLeases(String key) throws IOException, InterruptedException {
        String[] heartbeats = new String[2];
        for (int i = 0; i < heartbeats.length; i++) {
            String type = "golden.leased" + i;
            String body = "{\"type\":\"" + type + "\",\"input\":{\"n\":1}}";
            String path = "/v1/jobs/" + jobId(i == 1 ? postTraced(key, "/v1/jobs", body) : post(key, "/v1/jobs", body));
            Json leased = post(key, "/v1/jobs/lease", "{\"types\":[\"" + type + "\"],\"leaseSeconds\":3600}");
            Map<?, ?> job =
                    (Map<?, ?>) ((List<?>) Objects.requireNonNull(leased.asMap().get("data"))).get(0);
            String token = "{\"leaseToken\":\"" + job.get("leaseToken") + "\"";
            if (i == 1) {
                post(key, path + "/heartbeat", token + ",\"leaseSeconds\":" + EXTENDED.toSeconds() + "}");
            }
            keep("GET", path, key, null, null);
            // The answer has a later time each time, so only that the lease is still held is compared.
            calls.add(
                    new Call("POST", path + "/heartbeat", key, token + "}", null, 200, "{\"cancelRequested\":false}"));
        }
    }

    /** Gives a key and an endpoint a new secret beside the old one. */
    private void keepRotated(String key, String endpoint) throws IOException, InterruptedException {
        Json rotated = post(key, "/v1/keys", "{\"name\":\"rotated\"}");
        Json again = keep("POST", "/v1/keys/" + id(rotated) + "/rotate", key, "{\"graceSeconds\":86400}", "k7");
        keep("GET", "/v1/workspace", secret(rotated), null, null);
        keep("GET", "/v1/workspace", secret(again), null, null);
        String rotate = "/v1/webhook-endpoints/" + endpoint + "/secret/rotate";
        keep("POST", rotate, key, "{\"graceSeconds\":86400}", "k8");
    }

    /** Makes calls with a key that is never used again, so that the request log has the same ones of it for good. */
    private void keepLogged(String key) throws IOException, InterruptedException {
        Json logged = post(key, "/v1/keys", "{\"name\":\"logged\"}");
        call("GET", "/v1/workspace", secret(logged), null, null);
        call("GET", "/v1/resources/res_x", secret(logged), null, null);
        keep("GET", LOGGED + id(logged), key, null, null);
    }

    private static boolean deliveredAll(String page) {
        return !page.contains("pending") && !page.contains("retrying");
    }

    private void keepReads(String key, String resource, String second, String job, String deliveries, String endpoint)
            throws IOException, InterruptedException {
        for (String path : List.of(
                resource,
                second,
                resource + "/children",
                resource + "/shares",
                job,
                deliveries,
                "/v1/webhook-endpoints/" + endpoint,
                "/v1/resources?status=all&limit=100",
                "/v1/resources?metadata.colour=red",
                "/v1/events?limit=100",
                "/v1/jobs?limit=100",
                "/v1/workspace")) {
            keep("GET", path, key, null, null);
        }
    }

    private Json keep(String method, String path, String token, @Nullable String body, @Nullable String key)
            throws IOException, InterruptedException {
        Call sent = call(method, path, token, body, key);
        calls.add(sent);
        return Json.of(sent.answer());
    }

    private Json post(String token, String path, String body) throws IOException, InterruptedException {
        return Json.of(call("POST", path, token, body, null).answer());
    }

    /** Posts in a trace with a state. */
    private Json postTraced(String token, String path, String body) throws IOException, InterruptedException {
        HttpRequest request = request(base, new Call("POST", path, token, body, null, 0, ""))
                .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                .header("tracestate", "congo=t61rcWkgMzE,rojo=1")
                .build();
        return Json.of(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }

    private String text(String token, String path) {
        try {
            return String.valueOf(get(token, path));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("Expected an answer of " + path, e);
        }
    }

    private Json get(String token, String path) throws IOException, InterruptedException {
        return Json.of(call("GET", path, token, null, null).answer());
    }

    private Call call(String method, String path, String token, @Nullable String body, @Nullable String key)
            throws IOException, InterruptedException {
        Call call = new Call(method, path, token, body, key, 0, "");
        HttpResponse<String> answer = send(http, base, call);
        return new Call(method, path, token, body, key, answer.statusCode(), answer.body());
    }

    private static String id(Json json) {
        return member(json, "id");
    }

    private static String jobId(Json json) {
        return member(json, "job_id");
    }

    private static String secret(Json json) {
        return member(json, "secret");
    }

    private static String member(Json json, String name) {
        Object value = json.asMap().get(name);
        if (value == null) {
            throw new AssertionError("Expected a member " + name + " in " + json);
        }
        return String.valueOf(value);
    }
}
