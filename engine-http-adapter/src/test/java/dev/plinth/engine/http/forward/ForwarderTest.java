package dev.plinth.engine.http.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.Patience;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.FakeCallService;
import dev.plinth.engine.http.FakeLeader;
import dev.plinth.engine.http.NodesOfALog;
import dev.plinth.engine.http.NodesOfALog.Served;
import dev.plinth.engine.http.call.RemoteCaller;
import dev.plinth.engine.log.NodeRole;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests calls for which there is no connection to the leader, or one that breaks. */
@Timeout(300)
class ForwarderTest {
    @Test
    void call_withoutAFreeConnection_isRefusedInTimeAndTheLeaderIsInReach(@TempDir Path directory) throws Exception {
        try (NodesOfALog nodes = NodesOfALog.start(directory, 2)) {
            Served leader = nodes.node(0);
            Engine follower = nodes.node(1).engine();
            leader.crash();
            LeaderClient client = new LeaderClient(1, Optional.empty());
            Server server = new Server();
            client.join(server);
            server.start();
            try (FakeLeader fake = new FakeLeader(leader.port())) {
                Forwarder forwarder = new Forwarder(
                        new ForwardedCall.Parts(
                                follower, follower.forwarding().orElseThrow(), client, new FakeCallService(), "api"),
                        server.getThreadPool());
                CompletableFuture<Reply> first = forward(forwarder);
                try (FakeLeader.Taken held = fake.takeAfterGreeting()) {
                    Reply second = forward(forwarder).get();

                    assertThat(second.status()).isEqualTo(503);
                    assertThat(second.text()).contains("\"code\":\"not_leader\"");
                    assertThat(forwarder.isAble()).isTrue();
                    assertThat(first).isNotDone();
                    held.answer("HTTP/1.1 204 No Content\r\n\r\n");
                    assertThat(first.get().status()).isEqualTo(204);
                }
            } finally {
                server.stop();
            }
        }
    }

    @Test
    void refusal_thatBreaksOff_endsItsOwnAttemptAlone(@TempDir Path directory) throws Exception {
        try (NodesOfALog nodes = NodesOfALog.start(directory, 3)) {
            Served crashed = nodes.node(0);
            crashed.crash();
            LeaderClient client = new LeaderClient(2, Optional.empty());
            Server server = new Server();
            client.join(server);
            server.start();
            try (FakeLeader fake = new FakeLeader(crashed.port())) {
                List<CompletableFuture<Reply>> answers = new ArrayList<>();
                List<FakeLeader.Taken> held = new ArrayList<>();
                List<Forwarder> forwarders = new ArrayList<>();
                for (int i = 1; i <= 2; i++) {
                    Engine engine = nodes.node(i).engine();
                    Forwarder forwarder = new Forwarder(
                            new ForwardedCall.Parts(
                                    engine, engine.forwarding().orElseThrow(), client, new FakeCallService(), "api"),
                            server.getThreadPool());
                    forwarders.add(forwarder);
                    answers.add(forward(forwarder, Map.of("idempotency-key", "k")));
                    held.add(fake.takeAfterGreeting());
                }
                nodes.expireLeaseUntil(nodes.node(1), nodes.node(2));
                int follower = nodes.node(1).engine().role() == NodeRole.LEADER ? 1 : 0;
                Engine other = nodes.node(follower + 1).engine();
                Patience.until(() -> other.leader().orElseThrow().epoch() > 1);

                // From now on the next leader is known to be in reach, so that the call goes there at once.
                assertThat(forward(forwarders.get(follower)).get().status()).isEqualTo(401);

                FakeLeader.Taken broken = held.get(follower);
                broken.answer("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 100\r\n\r\n{\"code\":");
                broken.close();

                Reply reply = answers.get(follower).get();
                assertThat(reply.status()).as(reply.text()).isEqualTo(401); // of the next leader, as there is no key
                held.get(1 - follower).close();
            } finally {
                server.stop();
            }
        }
    }

    @Test
    void call_thatThisNodeFailsToDecide_endsWithTheFailure(@TempDir Path directory) throws Exception {
        try (NodesOfALog nodes = NodesOfALog.start(directory, 2)) {
            nodes.node(0).crash();
            Engine follower = nodes.node(1).engine();
            LeaderClient client = new LeaderClient(1, Optional.empty());
            Server server = new Server();
            client.join(server);
            server.start();
            try {
                FakeCallService broken = new FakeCallService();
                broken.admission = whole -> {
                    throw new IllegalStateException("broken");
                };
                Forwarder forwarder = new Forwarder(
                        new ForwardedCall.Parts(follower, follower.forwarding().orElseThrow(), client, broken, "api"),
                        server.getThreadPool());
                AtomicReference<CompletableFuture<Reply>> answer = new AtomicReference<>(forward(forwarder));
                long epoch = nodes.log().leader().orElseThrow().epoch();
                Patience.until(() -> {
                    boolean leads = follower.role() == NodeRole.LEADER;
                    if (!leads && answer.get().isDone()) {
                        answer.set(forward(forwarder)); // a call does not wait for a leader for ever
                    }
                    nodes.log().expireLease(epoch);
                    return leads;
                });

                Patience.until(() -> {
                    if (answer.get().isDone() && !answer.get().isCompletedExceptionally()) {
                        answer.set(forward(forwarder)); // it gave up just before the node led
                    }
                    return answer.get().isCompletedExceptionally();
                });
            } finally {
                server.stop();
            }
        }
    }

    private static CompletableFuture<Reply> forward(Forwarder forwarder) {
        return forward(forwarder, Map.of());
    }

    private static CompletableFuture<Reply> forward(Forwarder forwarder, Map<String, String> headers) {
        Call call = Call.of("POST", "/v1/resources", null, headers);
        return forwarder.forward(call, new Anyone(), new byte[0], bytes -> true);
    }

    /** A sender without headers. */
    private static final class Anyone implements RemoteCaller {
        @Override
        public HttpFields headers() {
            return HttpFields.EMPTY;
        }

        @Override
        public boolean hasBody() {
            return false;
        }

        @Override
        public Optional<InetAddress> address() {
            return Optional.empty();
        }

        @Override
        public void isForwarded(Optional<InetAddress> client) {
            throw new AssertionError("Expected to be asked only");
        }
    }
}
