package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.Patience;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.http.NodesOfALog.Served;
import dev.plinth.engine.http.call.FramingLimits;
import dev.plinth.engine.log.NodeRole;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests calls to a node that does not lead. */
@Timeout(300)
class ForwardingTest {
    private static final Pattern REQUEST_ID = Pattern.compile("req_[0-9a-z]{26}");

    @TempDir
    private Path directory;

    private NodesOfALog nodes;
    private Served leader;
    private Served follower;
    private String key;

    @BeforeEach
    void start() {
        nodes = new NodesOfALog(
                directory, 2, engine -> engine, server -> server.console().corsOrigin("https://app.example.com"));
        leader = nodes.node(0);
        follower = nodes.node(1);
        key = nodes.key("business");
    }

    @AfterEach
    void stop() {
        nodes.close();
    }

    private static RawReply send(Served node, WireRequest request) throws IOException {
        try (RawClient client = new RawClient(node.port())) {
            return client.send(request.bytes()).read(request.method().toUpperCase(Locale.ROOT));
        }
    }

    private static String withoutId(String text) {
        return REQUEST_ID.matcher(text).replaceAll("req_");
    }

    private static Map<String, String> comparable(RawReply reply) {
        Map<String, String> headers = new LinkedHashMap<>(reply.headers());
        headers.replaceAll((name, value) -> withoutId(value));
        headers.remove("date");
        headers.remove("connection"); // of one hop
        headers.remove("ratelimit");
        return headers;
    }

    @Test
    void call_thatChangesSomething_isDecidedByTheLeaderAndReplayedByEitherNode() throws IOException {
        WireRequest create = WireRequest.post("/v1/resources", "{\"name\":\"one\"}")
                .withKey(key)
                .with("Idempotency-Key", "k1");

        RawReply first = send(follower, create);
        RawReply again = send(leader, create);

        assertThat(first.status()).isEqualTo(201);
        assertThat(first.header("plinth-node")).isEqualTo("node-0");
        assertThat(first.header("location")).startsWith("/v1/resources/res_");
        assertThat(again.header("idempotent-replayed")).isEqualTo("true");
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again.header("original-request")).isEqualTo(first.header("request-id"));
    }

    @Test
    void call_withAsManyHeadersAsItMayHave_isForwarded() throws IOException {
        WireRequest list = WireRequest.get("/v1/resources").withKey(key);
        for (int i = 0; i < FramingLimits.HEADERS_MAX - 3; i++) { // less Host, Content-Length and the key
            list = list.with("X-" + i, "1");
        }

        assertThat(send(follower, list).status()).isEqualTo(200);
        assertThat(send(follower, list.with("X-More", "1")).status()).isEqualTo(400);
        assertThat(send(leader, list.with("X-More", "1")).status()).isEqualTo(400);
    }

    @Test
    void key_thatConnectionNames_isKept() throws IOException {
        WireRequest create = WireRequest.post("/v1/resources", "{\"name\":\"one\"}")
                .withKey(key)
                .with("Idempotency-Key", "k2")
                .with("Connection", "Idempotency-Key");

        assertThat(send(follower, create).status()).isEqualTo(201);
        assertThat(send(follower, create).header("idempotent-replayed")).isEqualTo("true");
    }

    @Test
    void answers_ofEachKind_areThoseOfTheLeader() throws IOException {
        String big = "{\"name\":\"big\",\"data\":{\"text\":\"" + "x".repeat(60_000) + "\"}}";
        String path = send(leader, WireRequest.post("/v1/resources", big).withKey(key))
                .header("location");
        String tag = send(leader, WireRequest.get(path).withKey(key)).header("etag");
        List<WireRequest> requests = List.of(
                WireRequest.get(path).withKey(key),
                WireRequest.get(path).withKey(key).with("Accept-Encoding", "gzip"),
                WireRequest.get(path).withKey(key).with("If-None-Match", tag),
                WireRequest.of("HEAD", path).withKey(key),
                WireRequest.of("OPTIONS", path).withKey(key),
                WireRequest.get(path).withKey(key).with("Origin", "https://app.example.com"),
                WireRequest.get(path).withKey(key).with("Origin", "https://other.example.com"),
                WireRequest.of("BREW", path).withKey(key),
                WireRequest.of("delete", path).withKey(key),
                WireRequest.of("Get", path).withKey(key),
                WireRequest.of("head", path).withKey(key),
                WireRequest.get("/v1/resources?limit=1&type=resource").withKey(key),
                WireRequest.get("/v1/resources?limit=x").withKey(key),
                WireRequest.get("/v1/resources?").withKey(key),
                WireRequest.get("/v1/resources/res_x").withKey(key),
                WireRequest.get("/v1//resources").withKey(key),
                WireRequest.get("//v1/resources").withKey(key),
                WireRequest.get("/v1/resources/../keys").withKey(key),
                WireRequest.get("/../v1/resources").withKey(key),
                WireRequest.get("/v1/../..?a=b"),
                WireRequest.get("//a|b"),
                WireRequest.get("//a:b?x=1"),
                WireRequest.get("//a:b/%41?x=1"),
                WireRequest.post("/../x", "{}").withKey(key),
                WireRequest.get("/v1/resources/%zz").withKey(key),
                WireRequest.get("/v1/resources/%").withKey(key),
                WireRequest.get("/v1/resources/%00").withKey(key),
                WireRequest.get("/v1/resources/%ff?a=%").withKey(key),
                WireRequest.get("/v1/resources/%2e%2e/keys").withKey(key),
                WireRequest.get("/v1/resources/a|b\"c\\d^`{}").withKey(key),
                WireRequest.get("/v1/resources;a=b?x=%&y=|").withKey(key),
                WireRequest.get("/").with("Accept", "text/html"),
                WireRequest.get("/"),
                WireRequest.get("/nothing"),
                WireRequest.get(path),
                WireRequest.get(path).withKey("sk_live_unknown"),
                WireRequest.get("/v1/plan").withKey(key),
                WireRequest.get("/openapi.json"),
                WireRequest.get("/admin/v1/workspaces").withKey(NodesOfALog.ADMIN_TOKEN),
                WireRequest.post("/v1/resources", "{").withKey(key),
                WireRequest.post("/v1/resources", "").withKey(key),
                WireRequest.post("/v1/resources", "name=x")
                        .withKey(key)
                        .with("Content-Type", "application/x-www-form-urlencoded"),
                WireRequest.post("/v1/resources", "[]").withKey(key).inChunks(),
                WireRequest.post("/v1/resources", "{\"name\":1}").withKey(key).with("If-Match", "\"v9\""),
                WireRequest.post("/v1/resources", " ".repeat(300_000)).withKey(key),
                WireRequest.patch(path, "{\"name\":\"y\"}").withKey(key).with("If-Match", "\"v9\""));
        Map<String, String> differing = new LinkedHashMap<>();
        for (WireRequest request : requests) {
            RawReply direct = send(leader, request);
            RawReply forwarded = send(follower, request);
            String expected = direct.status() + " " + comparable(direct) + withoutId(direct.text());
            String got = forwarded.status() + " " + comparable(forwarded) + withoutId(forwarded.text());
            if (!got.equals(expected)) {
                differing.put(request.toString() + request.headers(), expected + "\n" + got);
            }
        }
        assertThat(differing).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/console", "/console/", "/docs"})
    void file_thatANodeServesItself_namesIt(String path) throws IOException {
        assertThat(send(leader, WireRequest.get(path)).header("plinth-node")).isEqualTo("node-0");
        assertThat(send(follower, WireRequest.get(path)).header("plinth-node")).isEqualTo("node-1");
    }

    @Test
    void preflight_atAFollower_isAnsweredByItself() throws IOException {
        WireRequest preflight = WireRequest.of("OPTIONS", "/v1/resources")
                .with("Origin", "https://app.example.com")
                .with("Access-Control-Request-Method", "GET");

        RawReply reply = send(follower, preflight);

        assertThat(reply.status()).isEqualTo(204);
        assertThat(reply.header("access-control-allow-origin")).isEqualTo("https://app.example.com");
        assertThat(reply.header("plinth-node")).isEqualTo("node-1");
    }

    @Test
    void calls_of64Callers_areAllAnswered() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(64);
        List<Future<List<String>>> results = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            int caller = i;
            results.add(callers.submit(() -> {
                List<String> others = new ArrayList<>();
                try (RawClient client = new RawClient(follower.port())) {
                    for (int call = 0; call < 20; call++) {
                        WireRequest create = WireRequest.post(
                                        "/v1/resources", "{\"name\":\"" + caller + "-" + call + "\"}")
                                .withKey(key);
                        RawReply reply = client.send(create.bytes()).read();
                        if (reply.status() != 201) {
                            others.add(reply.status() + reply.text());
                        }
                    }
                }
                return others;
            }));
        }
        callers.shutdown();
        for (Future<List<String>> result : results) {
            assertThat(result.get()).isEmpty();
        }

        assertThat(leader.engine().client(key).resources().list().stream().count())
                .isEqualTo(64 * 20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"node-9", "node-0", "node-1", "", "\"'<>;,", "a, b"})
    void call_thatSaysToBeForwarded_endsAtAFollowerAndIsOrdinaryAtTheLeader(String value) throws IOException {
        WireRequest list = WireRequest.get("/v1/resources").withKey(key).with("Plinth-Forwarded", value);

        RawReply refused = send(follower, list);

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.text()).contains("\"code\":\"not_leader\"", "\"retryable\":true");
        assertThat(refused.header("retry-after")).isEqualTo("1");
        assertThat(refused.header("plinth-leader")).isEqualTo("http://127.0.0.1:" + leader.port());
        assertThat(refused.header("plinth-node")).isEqualTo("node-1");
        assertThat(send(leader, list).status()).isEqualTo(200);
    }

    @Test
    void call_whileTheLeaderIsGone_isAnsweredByTheNextOne() throws Exception {
        String path = send(
                        leader,
                        WireRequest.post("/v1/resources", "{\"name\":\"one\"}").withKey(key))
                .header("location");
        leader.crash();
        ExecutorService callers = Executors.newFixedThreadPool(2);
        Future<RawReply> read =
                callers.submit(() -> send(follower, WireRequest.get(path).withKey(key)));
        Future<RawReply> create = callers.submit(() -> send(
                follower,
                WireRequest.post("/v1/resources", "{\"name\":\"two\"}").withKey(key)));
        callers.shutdown();
        nodes.expireLeaseUntil(follower);

        assertThat(read.get().status()).isEqualTo(200);
        assertThat(create.get().status()).isEqualTo(201);
        assertThat(create.get().header("plinth-node")).isEqualTo("node-1");
    }

    @Test
    void call_whileAReignEnds_isAnsweredByTheNextLeader() throws Exception {
        CompletableFuture<OperationResult> held = new CompletableFuture<>();
        CountDownLatch holds = new CountDownLatch(1);
        UnaryOperator<EngineBuilder> engines = engine -> engine.operation("hold", operation -> {
            holds.countDown();
            return held.join();
        });
        ExecutorService callers = Executors.newFixedThreadPool(2);
        try (NodesOfALog ending = new NodesOfALog(directory, 2, engines, server -> server)) {
            Served ends = ending.node(0);
            String secret = ending.key("business");
            String path = send(
                            ends,
                            WireRequest.post("/v1/resources", "{\"name\":\"one\"}")
                                    .withKey(secret))
                    .header("location");
            Future<RawReply> work = callers.submit(() ->
                    send(ends, WireRequest.post(path + "/operations/hold", "{}").withKey(secret)));
            Patience.until(() -> holds.getCount() == 0 || work.isDone());
            ends.engine().resign();
            Patience.until(() -> ends.engine().leader().isEmpty());
            assertThat(ends.engine().role()).isEqualTo(NodeRole.LEADER);
            Future<RawReply> list = callers.submit(
                    () -> send(ends, WireRequest.get("/v1/resources").withKey(secret)));
            Patience.until(() -> ends.server().connections() >= 2 || list.isDone());
            held.complete(OperationResult.of(Json.EMPTY_OBJECT));

            assertThat(list.get().status()).as(list.get().text()).isEqualTo(200);
            assertThat(list.get().header("plinth-node")).isEqualTo("node-1");
            assertThat(work.get().status()).isEqualTo(200);
        } finally {
            callers.shutdown();
        }
    }

    @Test
    void requestLog_ofTheLeader_namesTheNodeThatHasForwarded() throws IOException {
        RawReply forwarded = send(follower, WireRequest.get("/v1/plan").withKey(key));
        RawReply forged = send(leader, WireRequest.get("/v1/plan").withKey(key).with("Plinth-Forwarded", "node-1"));
        String log = "/v1/requests/";

        assertThat(send(
                                leader,
                                WireRequest.get(log + forwarded.header("request-id"))
                                        .withKey(key))
                        .text())
                .contains("\"node\":\"node-1\"");
        assertThat(send(
                                leader,
                                WireRequest.get(log + forged.header("request-id"))
                                        .withKey(key))
                        .text())
                .contains("\"route\":\"/v1/plan\"")
                .doesNotContain("node-1");
    }

    @Test
    void port_ofTheOperator_isForwardedToTheLeadersOperatorRoutes() throws IOException {
        try (NodesOfALog apart = new NodesOfALog(directory, 2, engine -> engine, server -> server.adminPort(0))) {
            WireRequest list = WireRequest.get("/admin/v1/workspaces").withKey(NodesOfALog.ADMIN_TOKEN);
            Served other = apart.node(1);
            try (RawClient client = new RawClient(other.server().adminUri().getPort())) {
                RawReply reply = client.send(list.bytes()).read();
                assertThat(reply.status()).isEqualTo(200);
                assertThat(reply.header("plinth-node")).isEqualTo("node-0");
                assertThat(client.send(WireRequest.get("/v1/plan").withKey(key).bytes())
                                .read()
                                .status())
                        .isEqualTo(404);
            }
            assertThat(send(other, list).status()).isEqualTo(404);
            assertThat(send(apart.node(0), list).status()).isEqualTo(404);
            WireRequest figures = WireRequest.get("/metrics");
            assertThat(send(other, figures).status())
                    .as("a port that does not serve them")
                    .isEqualTo(404)
                    .isEqualTo(send(apart.node(0), figures).status());
        }
    }

    @Test
    void liveness_isAnsweredByEachNode() throws IOException {
        assertThat(send(follower, WireRequest.get("/health/live")).header("plinth-node"))
                .isEqualTo("node-1");
        assertThat(send(leader, WireRequest.get("/health/live")).header("plinth-node"))
                .isEqualTo("node-0");
    }

    @Test
    void health_tellsOfEachNode() throws IOException {
        Patience.until(() -> send(follower, WireRequest.get("/health/ready")).status() == 200);
        RawReply ofLeader = send(leader, WireRequest.get("/health/ready"));
        RawReply ofFollower = send(follower, WireRequest.get("/health/ready"));

        assertThat(ofLeader.status()).isEqualTo(200);
        assertThat(ofLeader.text())
                .matches("\\{\"status\":\"ready\",\"durability\":\"memory\",\"role\":\"leader\",\"epoch\":1,"
                        + "\"sequence\":[0-9]+,\"lagMillis\":0,\"leader\":\"http://127.0.0.1:" + leader.port() + "\"}");
        assertThat(ofFollower.text())
                .matches("\\{\"status\":\"ready\",\"durability\":\"memory\",\"role\":\"follower\",\"epoch\":1,"
                        + "\"sequence\":[0-9]+,\"lagMillis\":[0-9]+,\"leader\":\"http://127.0.0.1:" + leader.port()
                        + "\"}");
        assertThat(ofFollower.header("plinth-node")).isEqualTo("node-1");
        assertThat(send(leader, WireRequest.get("/health/leader")).status()).isEqualTo(200);
        assertThat(send(follower, WireRequest.get("/health/leader")).status()).isEqualTo(503);
        assertThat(send(follower, WireRequest.of("HEAD", "/health/leader")).status())
                .isEqualTo(503);
        assertThat(send(follower, WireRequest.of("POST", "/health/leader")).status())
                .isEqualTo(405);
    }

    @Test
    void readiness_ofAFollowerThatCannotForward_isRefused() throws Exception {
        try (EngineServer alone =
                EngineServer.builder(follower.engine()).port(0).forward(false).start()) {
            try (RawClient client = new RawClient(alone.port())) {
                RawReply ready =
                        client.send(WireRequest.get("/health/ready").bytes()).read();
                assertThat(ready.status()).isEqualTo(503);
                assertThat(ready.text()).contains("\"status\":\"not_leader\"", "\"role\":\"follower\"");
                RawReply call = client.send(
                                WireRequest.get("/v1/resources").withKey(key).bytes())
                        .read();
                assertThat(call.text()).contains("\"code\":\"not_leader\"");
            }
        }
        leader.crash();
        ExecutorService caller = Executors.newSingleThreadExecutor();
        Future<RawReply> waiting = caller.submit(
                () -> send(follower, WireRequest.get("/v1/resources").withKey(key)));
        caller.shutdown();
        Patience.until(() -> send(follower, WireRequest.get("/health/ready")).status() == 503);
        assertThat(waiting.get().text()).contains("\"code\":\"not_leader\"");
    }

    @Test
    void confirmation_thatDoesNotCome_endsLeadership() throws Exception {
        long epoch = leader.engine().position().epoch();
        Patience.until(() -> {
            nodes.log().expireLease(epoch);
            return follower.engine().role() == NodeRole.LEADER;
        });
        assertThat(send(leader, WireRequest.get("/health/leader")).status()).isEqualTo(503);
        assertThat(send(follower, WireRequest.get("/health/leader")).status()).isEqualTo(200);
    }

    @Test
    void figures_ofEachNode_tellItsRole() throws IOException {
        RawReply ofLeader = send(leader, WireRequest.get("/metrics"));
        RawReply ofFollower = send(follower, WireRequest.get("/metrics"));

        assertThat(ofLeader.text())
                .contains(
                        "plinth_node_role{role=\"leader\"} 1\n",
                        "plinth_node_role{role=\"follower\"} 0\n",
                        "plinth_node_epoch 1\n",
                        "plinth_node_lag_seconds 0\n",
                        "plinth_jobs");
        assertThat(ofFollower.text())
                .contains("plinth_node_role{role=\"follower\"} 1\n", "plinth_node_epoch 1\n", "plinth_build_info")
                .doesNotContain("plinth_jobs");
        assertThat(ofFollower.header("content-type")).isEqualTo(ofLeader.header("content-type"));
    }

    @Test
    void answers_withoutABody_giveTheConnectionToTheLeaderBack() throws IOException {
        String path = send(
                        leader,
                        WireRequest.post("/v1/resources", "{\"name\":\"one\"}").withKey(key))
                .header("location");
        String tag = send(leader, WireRequest.get(path).withKey(key)).header("etag");

        for (int i = 0; i < 20; i++) {
            assertThat(send(follower, WireRequest.of("HEAD", path).withKey(key)).status())
                    .isEqualTo(200);
            assertThat(send(follower, WireRequest.get(path).withKey(key).with("If-None-Match", tag))
                            .status())
                    .isEqualTo(304);
        }

        assertThat(leader.server().connections())
                .as("kept ones, and not one for each answer")
                .isLessThan(20);
    }

    @Test
    void body_largerThanThatOfAnyRoute_isRefusedByTheFollower() throws IOException {
        RawReply refused = send(
                follower,
                WireRequest.post("/v1/resources", " ".repeat(4_194_305)).withKey(key));

        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.text()).contains("and less on most routes");
    }

    /** The files are those of the machine that is asked, and the leader has others. */
    @Test
    void reload_atAFollower_doesNotReloadTheLeader(@TempDir Path other) throws IOException {
        AtomicInteger reloads = new AtomicInteger();
        try (NodesOfALog own = new NodesOfALog(
                other,
                2,
                engine -> engine.configReload(
                        () -> Json.of(Map.of("taken", List.of(), "reload", reloads.incrementAndGet()))),
                server -> server)) {
            WireRequest reload = WireRequest.post("/admin/v1/config/reload", "").withKey(NodesOfALog.ADMIN_TOKEN);

            RawReply refused = send(own.node(1), reload);
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.text())
                    .contains("Send SIGHUP to a plinth.jar", "restart any other node.")
                    .doesNotContain("to the leader");
            assertThat(send(
                                    own.node(1),
                                    WireRequest.get("/admin/v1/config/reload").withKey(NodesOfALog.ADMIN_TOKEN))
                            .status())
                    .as("another method is not about that machine")
                    .isEqualTo(405);
            assertThat(reloads).hasValue(0);
            assertThat(send(own.node(0), reload).status()).isEqualTo(200);
        }
    }

    @Test
    void role_changes_andEachNodeForwardsToTheOther() throws IOException {
        nodes.expireLeaseUntil(follower);
        Patience.until(() -> {
            RawReply reply = send(leader, WireRequest.get("/v1/resources").withKey(key));
            return reply.status() == 200 && "node-1".equals(reply.header("plinth-node"));
        });
        Patience.until(() -> leader.engine().role() == NodeRole.FOLLOWER);
    }
}
