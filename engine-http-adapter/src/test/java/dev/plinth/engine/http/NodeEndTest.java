package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Patience;
import dev.plinth.engine.http.NodesOfALog.Served;
import dev.plinth.engine.http.forward.Handover;
import dev.plinth.engine.log.NodeRole;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests what clients of a node see that ends. */
@Timeout(300)
class NodeEndTest {
    private static final Duration DRAIN = Duration.ofSeconds(2);

    @TempDir
    private Path directory;

    private NodesOfALog nodes;
    private Served leader;
    private Served follower;
    private String key;

    @BeforeEach
    void start() {
        nodes = new NodesOfALog(directory, 2, engine -> engine, server -> server.drain(DRAIN));
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
            return client.waiting(FakeLeader.SILENCE_MILLIS)
                    .send(request.bytes())
                    .read();
        }
    }

    @Test
    void handover_whileAClientIsSlow_letsAnotherNodeLeadAndAnswersAllOthers() throws Exception {
        WireRequest create =
                WireRequest.post("/v1/resources", "{\"name\":\"slow\"}").withKey(key);
        byte[] bytes = create.with("Expect", "100-continue").bytes();
        int length = bytes.length - create.body().length;
        try (RawClient slow = new RawClient(leader.port())) {
            slow.waiting(FakeLeader.SILENCE_MILLIS).send(Arrays.copyOf(bytes, length));
            assertThat(slow.read().status()).as("it is admitted").isEqualTo(100);
            CompletableFuture<Void> handedOver = CompletableFuture.runAsync(() -> Handover.of(leader.engine()));
            while (!handedOver.isDone()) {
                RawReply reply = send(leader, WireRequest.get("/v1/resources").withKey(key));
                assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            }
            handedOver.get();

            assertThat(leader.engine().role()).isEqualTo(NodeRole.FOLLOWER);
            Patience.until(() -> follower.engine().role() == NodeRole.LEADER);
            assertThat(send(leader, WireRequest.get("/health/ready")).status()).isEqualTo(503);
            slow.send(create.body());
            for (RawReply reply : List.of(slow.read(), send(leader, create))) {
                assertThat(reply.status()).as(reply.text()).isEqualTo(201);
                assertThat(reply.header("plinth-node")).isEqualTo("node-1");
            }
        }
        Handover.of(leader.engine());
    }

    @Test
    void handover_ofAFollower_leadsNoMore() {
        Handover.of(follower.engine());
        assertThat(follower.engine().role()).isEqualTo(NodeRole.FOLLOWER);
        nodes.expireLeaseUntil(leader); // the follower does not stand
    }

    @Test
    void read_onItsWayWhenItsServerCloses_isAnswered() throws Exception {
        leader.crash();
        try (FakeLeader fake = new FakeLeader(leader.port());
                RawClient client = new RawClient(follower.port())) {
            client.send(WireRequest.get("/v1/resources").withKey(key).bytes());
            try (FakeLeader.Taken call = fake.takeAfterGreeting()) {
                follower.server().drain();
                call.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
                assertThat(client.waiting(FakeLeader.SILENCE_MILLIS).read().text())
                        .isEqualTo("hi");
            }
        }
    }

    @Test
    void change_thatNoLeaderHasAnsweredWhenTheDrainEnds_isOfUnknownOutcome() throws Exception {
        leader.crash();
        try (FakeLeader fake = new FakeLeader(leader.port());
                RawClient client = new RawClient(follower.port())) {
            client.waiting(FakeLeader.SILENCE_MILLIS)
                    .send(WireRequest.post("/v1/jobs/lease", "{\"types\":[\"elsewhere\"],\"wait\":30}")
                            .withKey(key)
                            .bytes());
            try (FakeLeader.Taken call = fake.takeAfterGreeting()) {
                assertThat(call.requestLine()).isEqualTo("POST /v1/jobs/lease HTTP/1.1");
                CompletableFuture<Void> closed =
                        CompletableFuture.runAsync(() -> follower.server().close());
                RawReply reply = client.read();
                assertThat(reply.status()).isEqualTo(503);
                assertThat(reply.text()).contains("\"code\":\"outcome_unknown\"");
                closed.get();
            }
        }
    }
}
