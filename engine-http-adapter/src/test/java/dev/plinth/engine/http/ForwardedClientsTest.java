package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.NodeForwarding;
import dev.plinth.engine.Patience;
import dev.plinth.engine.http.NodesOfALog.Served;
import dev.plinth.engine.log.Leader;
import dev.plinth.engine.log.Node;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
                engine -> engine,
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
    void seal_isOfUseForOneClientNodeAndReignOnly() throws IOException {
        NodeForwarding from = follower.engine().forwarding().orElseThrow();
        NodeForwarding to = leader.engine().forwarding().orElseThrow();
        Leader reign = leader.engine().leader().orElseThrow();
        HttpFields.Mutable headers = HttpFields.build();
        ForwardedHeaders.addTo(headers, new Sent(HttpFields.EMPTY, "10.0.0.9"), "api", from, reign);
        String value = headers.get("Plinth-Forwarded-For");

        assertThat(ForwardedHeaders.origin(headers, to, reign))
                .contains(new ForwardedHeaders.Origin("node-1", Optional.of(InetAddress.getByName("10.0.0.9")), "api"));
        assertThat(ForwardedHeaders.origin(headers, to, new Leader(reign.node(), reign.epoch() + 1)))
                .isEmpty();
        assertThat(ForwardedHeaders.origin(headers, to, new Leader(new Node("other"), reign.epoch())))
                .isEmpty();
        assertThat(ForwardedHeaders.origin(
                        HttpFields.build(headers).put("Plinth-Forwarded-For", value.replace("10.0.0.9", "10.0.0.8")),
                        to,
                        reign))
                .isEmpty();
        assertThat(ForwardedHeaders.origin(
                        HttpFields.build(headers).put("Plinth-Forwarded-For", value.replace("api", "operator")),
                        to,
                        reign))
                .isEmpty();
        assertThat(ForwardedHeaders.origin(HttpFields.build(headers).put("Plinth-Forwarded", "node-2"), to, reign))
                .isEmpty();
        assertThat(ForwardedHeaders.origin(HttpFields.build(headers).add("Plinth-Forwarded-For", value), to, reign))
                .isEmpty();
    }

    @Test
    void headers_ofAClient_reachTheLeaderWithoutThoseOfItsConnection() {
        HttpFields.Mutable headers = HttpFields.build();
        HttpFields of = HttpFields.build()
                .add("Authorization", "Bearer x")
                .add("Idempotency-Key", "a, b")
                .add("X-Two", "1")
                .add("X-Two", "2")
                .add("Connection", "close, X-Hop")
                .add("X-Hop", "1")
                .add("TE", "trailers")
                .add("Host", "example.com")
                .add("Plinth-Forwarded-For", "10.0.0.1 forged")
                .add("Plinth-Forwarded", "forged")
                .add("traceparent", "00-1");

        ForwardedHeaders.addTo(
                headers,
                new Sent(of, "10.0.0.9"),
                "api",
                follower.engine().forwarding().orElseThrow(),
                leader.engine().leader().orElseThrow());

        assertThat(headers.get("Plinth-Forwarded-For")).startsWith("10.0.0.9 ");
        assertThat(headers.remove("Plinth-Forwarded-For").stream().map(Object::toString))
                .containsExactly(
                        "Authorization: Bearer x",
                        "Idempotency-Key: a, b",
                        "X-Two: 1",
                        "X-Two: 2",
                        "traceparent: 00-1",
                        "Plinth-Forwarded: node-1");
    }

    /** A sender with an address of its own. */
    private record Sent(HttpFields headers, String from) implements Sender {
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
