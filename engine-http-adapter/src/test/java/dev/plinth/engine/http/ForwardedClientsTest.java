package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.CapturedLog;
import dev.plinth.engine.Patience;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Figure;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.http.NodesOfALog.Served;
import dev.plinth.engine.http.call.CallService;
import dev.plinth.engine.http.call.ClientAddress;
import dev.plinth.engine.http.call.ForwardAdmission;
import dev.plinth.engine.http.call.ForwardedHeaders;
import dev.plinth.engine.http.call.RemoteCaller;
import dev.plinth.engine.log.Leader;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.server.NodeForwarding;
import dev.plinth.engine.settings.EngineClock;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the limits of addresses behind a node that forwards, and what a client can make of its headers. */
@Timeout(300)
class ForwardedClientsTest {
    private static final int FAILURES = 3;
    private static final int CONNECTIONS = 8;
    private static final int REPLAYS = 10_000;
    private static final WireRequest WRONG = WireRequest.get("/v1/resources").withKey("sk_live_wrong");

    @TempDir
    private Path directory;

    private NodesOfALog nodes;
    private Served leader;
    private Served follower;

    @BeforeEach
    void start() {
        nodes = new NodesOfALog(
                directory,
                2,
                engine -> engine.otherSecretKeyFile(directory.resolve("other.key")),
                server -> server.limitLoopback().failuresPerMinute(FAILURES).connectionsPerAddress(CONNECTIONS));
        leader = nodes.node(0);
        follower = nodes.node(1);
    }

    @AfterEach
    void stop() {
        nodes.close();
    }

    private static RawReply send(Served node, String from, WireRequest request) throws IOException {
        try (RawClient client = new RawClient(node.port(), InetAddress.getByName(from))) {
            return client.send(request.bytes()).read();
        }
    }

    @Test
    void failures_behindAFollower_countForTheirClientAlone() throws IOException {
        for (int i = 0; i < FAILURES; i++) {
            assertThat(send(follower, "127.0.0.2", WRONG).status()).isEqualTo(401);
        }

        assertThat(send(follower, "127.0.0.2", WRONG).status()).isEqualTo(429);
        assertThat(send(leader, "127.0.0.2", WRONG).status()).isEqualTo(429);
        assertThat(send(follower, "127.0.0.3", WRONG).status()).isEqualTo(401);
        assertThat(send(leader, "127.0.0.1", WRONG).status())
                .as("the follower's address")
                .isEqualTo(401);
    }

    @Test
    void client_thatNamesItself_isLimitedByItsOwnAddress() throws IOException {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i <= FAILURES; i++) {
            statuses.add(send(
                            leader,
                            "127.0.0.4",
                            WRONG.with("Plinth-Forwarded", "node-1")
                                    .with("Plinth-Forwarded-For", "10.0.0." + i + " api c2VhbA"))
                    .status());
        }

        assertThat(statuses).endsWith(429);
    }

    @Test
    void connections_ofAFollower_areNotLimited() throws Exception {
        String key = nodes.key("business");
        String job = "{\"type\":\"elsewhere\",\"input\":{}}";
        String location = send(
                        leader, "127.0.0.5", WireRequest.post("/v1/jobs", job).withKey(key))
                .header("location");
        assertThat(send(
                                follower,
                                "127.0.0.5",
                                WireRequest.get(String.valueOf(location)).withKey(key))
                        .status())
                .isEqualTo(200);
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 4 * CONNECTIONS; i++) {
            RawClient client = new RawClient(follower.port(), InetAddress.getByName("127.0.1." + i));
            clients.add(client.send(
                    WireRequest.get(location + "?wait=30").withKey(key).bytes()));
        }
        Patience.until(() -> leader.server().connections() >= 4 * CONNECTIONS);
        assertThat(send(
                                leader,
                                "127.0.0.5",
                                WireRequest.post(location + "/cancel", "").withKey(key))
                        .status())
                .isEqualTo(200);

        for (RawClient client : clients) {
            assertThat(client.read().status()).isEqualTo(200);
            client.close();
        }
    }

    @Test
    void call_withTheMacOfAnotherReign_isRefusedAsNotAppliedAndItsConnectionIsThatOfANode() throws IOException {
        NodeForwarding from = follower.engine().forwarding().orElseThrow();
        Leader reign = leader.engine().leader().orElseThrow();
        Node ofFollower = from.node();
        for (Served to : List.of(leader, follower)) {
            Leader next = new Leader(to.equals(leader) ? reign.node() : ofFollower, reign.epoch() + 1);
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 2 * CONNECTIONS; i++) {
                RawClient client = new RawClient(to.port(), InetAddress.getByName("127.0.0.6"));
                clients.add(client);
                RawReply reply = client.send(forwarded("GET /admin/v1/workspaces", "", from, next))
                        .read();
                assertThat(reply.status()).isEqualTo(503);
                assertThat(reply.text()).contains("\"code\":\"not_leader\"");
            }
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void calls_thatAllWaitForANextLeader_areAllAnsweredByIt() throws Exception {
        Served other = nodes.add("node-2");
        String key = nodes.key("business");
        WireRequest create =
                WireRequest.post("/v1/resources", "{\"name\":\"one\"}").withKey(key);
        // It has no connection to the leader yet. A call over one that breaks may have been carried out.
        Patience.until(() -> other.engine().leader().isPresent());
        leader.crash();
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 16 * CONNECTIONS; i++) {
            RawClient client = new RawClient(other.port(), InetAddress.getByName("127.0.1." + i));
            clients.add(client.send(create.bytes()));
        }
        nodes.expireLeaseUntil(follower, other);

        List<String> answers = new ArrayList<>();
        for (RawClient client : clients) {
            RawReply reply = client.read();
            answers.add(reply.status() + (reply.status() == 201 ? "" : reply.text()));
            client.close();
        }
        assertThat(answers).containsOnly("201");
    }

    @Test
    void leader_thatAnswersNoGreeting_getsNoCall() throws Exception {
        leader.crash();
        try (FakeLeader silent = new FakeLeader(leader.port());
                RawClient client = new RawClient(follower.port(), InetAddress.getByName("127.0.0.8"))) {
            client.waiting(FakeLeader.SILENCE_MILLIS)
                    .send(WireRequest.post("/v1/resources", "{}").bytes());
            try (FakeLeader.Taken greeting = silent.take()) {
                assertThat(greeting.requestLine()).isEqualTo(FakeLeader.GREETING);
                assertThat(client.read().text()).contains("\"code\":\"not_leader\"");
            }
        }
    }

    @Test
    void memory_ofOneSubscriber_isCountedTogether() {
        assertThat(payer("2001:db8::1")).isEqualTo(payer("2001:db8::ffff:2")).isNotEqualTo(payer("2001:db8:0:1::1"));
        assertThat(payer("192.0.2.1")).isNotEqualTo(payer("192.0.2.2"));
    }

    private Optional<String> payer(String address) {
        CallService refusals = new FakeCallService();
        return new ForwardAdmission(
                        new Sent(HttpFields.EMPTY, address), 1, refusals, (body, memory) -> new CompletableFuture<>())
                .payer();
    }

    @Test
    void proof_whoseCallOrWayIsAnother_isNone() throws IOException {
        NodeForwarding from = follower.engine().forwarding().orElseThrow();
        NodeForwarding to = leader.engine().forwarding().orElseThrow();
        Leader reign = leader.engine().leader().orElseThrow();
        Call head = Call.of("POST", "/v1/resources", "a=1", Map.of());
        HttpFields.Mutable headers = HttpFields.build();
        ForwardedHeaders.addTo(
                headers,
                new Sent(HttpFields.EMPTY, "10.0.0.9"),
                ForwardedHeaders.Content.of("api", head, new byte[] {1}),
                from,
                reign);
        String value = headers.get("Plinth-Forwarded-For");

        ForwardedHeaders.Origin origin =
                ForwardedHeaders.origin(head, headers, to).orElseThrow();
        assertThat(origin.node()).isEqualTo("node-1");
        assertThat(origin.client()).contains(InetAddress.getByName("10.0.0.9"));
        assertThat(origin.door()).isEqualTo("api");
        assertThat(origin.epoch()).isEqualTo(reign.epoch());
        assertThat(origin.proof().isOf(new byte[] {1})).isTrue();
        assertThat(origin.proof().isOf(new byte[] {2})).isFalse();
        assertThat(origin.proof().isOf(new byte[0])).isFalse();
        assertThat(ForwardedHeaders.origin(head, headers, from))
                .as("another node")
                .isEmpty();
        for (Call other : List.of(
                Call.of("PUT", "/v1/resources", "a=1", Map.of()),
                Call.of("POST", "/v1/resources/", "a=1", Map.of()),
                Call.of("POST", "/v1/resources", "a=2", Map.of()),
                Call.of("POST", "/v1/resources", null, Map.of()))) {
            assertThat(ForwardedHeaders.origin(other, headers, to))
                    .as("%s", other)
                    .isEmpty();
        }
        List<String> parts = List.of(value.split(" "));
        List<String> others = List.of("10.0.0.8", "operator", "9", "1700000000000", "other.1", "digest", "mac");
        assertThat(parts).hasSameSizeAs(others);
        for (int i = 0; i < parts.size(); i++) {
            List<String> changed = new ArrayList<>(parts);
            changed.set(i, others.get(i));
            assertThat(ForwardedHeaders.origin(
                            head, HttpFields.build(headers).put("Plinth-Forwarded-For", String.join(" ", changed)), to))
                    .as("part %s", i)
                    .isEmpty();
        }
        assertThat(ForwardedHeaders.origin(head, HttpFields.build(headers).put("Plinth-Forwarded", "node-2"), to))
                .isEmpty();
        assertThat(ForwardedHeaders.origin(head, HttpFields.build(headers).add("Plinth-Forwarded-For", value), to))
                .isEmpty();
    }

    /** Returns the bytes of a call as a node forwards it to a leader. */
    private static byte[] forwarded(String line, String body, NodeForwarding from, Leader to) {
        return forwarded(line, body, body, from, to);
    }

    private static byte[] forwarded(String line, String body, String sent, NodeForwarding from, Leader to) {
        String[] words = line.split(" ");
        Call head = Call.of(words[0], words[1], null, Map.of());
        HttpFields.Mutable headers = HttpFields.build();
        ForwardedHeaders.addOrigin(
                headers,
                Optional.empty(),
                ForwardedHeaders.Content.of("operator", head, body.getBytes(StandardCharsets.UTF_8)),
                from,
                to);
        WireRequest request = WireRequest.of(words[0], words[1])
                .withBody(sent)
                .with("Authorization", "Bearer " + NodesOfALog.ADMIN_TOKEN);
        for (HttpField field : headers) {
            request = request.with(field.getName(), field.getValue());
        }
        return request.bytes();
    }

    private static String code(Served node, byte[] call) throws IOException {
        try (RawClient client = new RawClient(node.port(), InetAddress.getByName("127.0.0.6"))) {
            RawReply reply = client.send(call).read();
            return reply.status() + (reply.text().contains("\"code\":\"not_leader\"") ? " not_leader" : "");
        }
    }

    @Test
    void call_thatWasCaptured_isAcceptedOnce() throws IOException {
        byte[] call = forwarded(
                "POST /admin/v1/workspaces",
                "{\"name\":\"captured\"}",
                follower.engine().forwarding().orElseThrow(),
                leader.engine().leader().orElseThrow());
        assertThat(code(leader, call)).isEqualTo("201");
        int refused = 0;
        try (RawClient client = new RawClient(leader.port(), InetAddress.getByName("127.0.0.7"))) {
            for (int i = 0; i < REPLAYS; i++) {
                refused += client.send(call).read().status() == 503 ? 1 : 0;
            }
        }

        assertThat(refused).isEqualTo(REPLAYS);
        assertThat(leader.engine().admin().workspaces().call().data())
                .extracting(Workspace::name)
                .containsOnlyOnce("captured");
    }

    @Test
    void proof_whileTheNodesTakeAnotherKeyOneAfterTheOther_isAlwaysRight() throws IOException {
        String key = nodes.key("business");
        Path file = directory.resolve("secret.key");
        Path other = directory.resolve("other.key");
        byte[] first = Files.readAllBytes(file);
        byte[] second = new byte[first.length];
        second[0] = 1;
        for (byte[][] step : new byte[][][] {{first, second}, {second, first}, {second, second}}) {
            Files.write(file, step[0]);
            Files.write(other, step[1]);
            for (Served node : List.of(follower, leader)) {
                boolean isChanged = node.engine().settings().rereadSecretKeys();

                assertThat(isChanged).isEqualTo(node.equals(leader));
                assertThat(code(
                                leader,
                                forwarded(
                                        "GET /admin/v1/workspaces",
                                        "",
                                        follower.engine().forwarding().orElseThrow(),
                                        leader.engine().leader().orElseThrow())))
                        .isEqualTo("200");
                assertThat(send(
                                        follower,
                                        "127.0.0.2",
                                        WireRequest.get("/v1/resources").withKey(key))
                                .status())
                        .isEqualTo(200);
            }
            Patience.until(() -> leader.engine().figures().stream()
                    .anyMatch(figure -> figure.name().equals("plinth_secrets_of_other_keys")
                            && ((Figure.Value) figure.samples().get(0)).value() == 0));
        }
        assertThat(nodes.add("node-2").engine().leader()).isPresent();
    }

    /** The clock of the machine, and so much before it. */
    private static final class ShiftedClock implements EngineClock {
        private volatile long aheadMillis;

        @Override
        public long epochMillis() {
            return EngineClock.system().epochMillis() + aheadMillis;
        }

        @Override
        public long nanoTime() {
            return EngineClock.system().nanoTime();
        }
    }

    @Test
    void proof_ofANodeWhoseClockIsWrong_holdsForThirtySecondsOnly(@TempDir Path other) throws IOException {
        ShiftedClock shifted = new ShiftedClock();
        AtomicBoolean isFollower = new AtomicBoolean();
        try (NodesOfALog both = new NodesOfALog(
                        other,
                        2,
                        engine -> isFollower.getAndSet(true) ? engine.clock(shifted) : engine,
                        server -> server);
                CapturedLog log = CapturedLog.open()) {
            NodeForwarding from = both.node(1).engine().forwarding().orElseThrow();
            Leader to = both.node(0).engine().leader().orElseThrow();
            for (long ahead : List.of(0L, 25_000L, -25_000L)) {
                shifted.aheadMillis = ahead;
                assertThat(code(both.node(0), forwarded("GET /admin/v1/workspaces", "", from, to)))
                        .isEqualTo("200");
            }
            for (long ahead : List.of(31_000L, -35_000L, 3_600_000L)) {
                shifted.aheadMillis = ahead;
                assertThat(code(both.node(0), forwarded("GET /admin/v1/workspaces", "", from, to)))
                        .isEqualTo("503 not_leader");
            }
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("clocks of both"))
                    .singleElement()
                    .asString()
                    .contains("node-1");
        }
    }

    @Test
    void call_withAnotherBodyThanWasSent_isNotCarriedOut() throws IOException {
        byte[] call = forwarded(
                "POST /admin/v1/workspaces",
                "{\"name\":\"sent\"}",
                "{\"name\":\"other\"}",
                follower.engine().forwarding().orElseThrow(),
                leader.engine().leader().orElseThrow());

        assertThat(code(leader, call)).isEqualTo("503 not_leader");
        assertThat(leader.engine().admin().workspaces().call().data().toString())
                .doesNotContain("other");
    }

    @Test
    void headers_ofAClient_reachTheLeaderAsIfItHadCalledThere() {
        HttpFields.Mutable headers = HttpFields.build();
        HttpFields of = HttpFields.build()
                .add("Authorization", "Bearer x")
                .add("Idempotency-Key", "a, b")
                .add("X-Two", "1")
                .add("X-Two", "2")
                .add("Connection", "close, X-Hop, Idempotency-Key, Authorization")
                .add("X-Hop", "1")
                .add("TE", "trailers")
                .add("Host", "example.com")
                .add("Plinth-Forwarded-For", "10.0.0.1 forged")
                .add("Plinth-Forwarded", "forged")
                .add("traceparent", "00-1");

        ForwardedHeaders.addTo(
                headers,
                new Sent(of, "10.0.0.9"),
                new ForwardedHeaders.Content("api", "GET", "/", ""),
                follower.engine().forwarding().orElseThrow(),
                leader.engine().leader().orElseThrow());

        assertThat(headers.get("Plinth-Forwarded-For")).startsWith("10.0.0.9 ");
        assertThat(headers.remove("Plinth-Forwarded-For").stream().map(Object::toString))
                .containsExactly(
                        "Authorization: Bearer x",
                        "Idempotency-Key: a, b",
                        "X-Two: 1",
                        "X-Two: 2",
                        "X-Hop: 1",
                        "traceparent: 00-1",
                        "Plinth-Forwarded: node-1");
    }

    /** A sender with an address of its own. */
    private record Sent(HttpFields headers, String from) implements RemoteCaller {
        @Override
        public boolean hasBody() {
            return false;
        }

        @Override
        public Optional<InetAddress> address() {
            return ClientAddress.parse(from);
        }

        @Override
        public void isForwarded(Optional<InetAddress> client) {
            throw new AssertionError("Expected to be asked only");
        }
    }
}
