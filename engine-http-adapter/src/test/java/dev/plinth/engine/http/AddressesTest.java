package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.http.connection.AddressRange;
import dev.plinth.engine.http.connection.Addresses;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.io.EndPoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections and failed credentials are counted by address; a trusted proxy names its client, another cannot. */
class AddressesTest {
    private static final int CONNECTIONS = 3;
    private static final int MANY_CONNECTIONS = 30;
    private static final int FAILURES = 2;

    private final LiveEngine live = new LiveEngine();
    private final List<RawClient> clients = new ArrayList<>();
    private EngineServer server;

    private void start(UnaryOperator<EngineServerBuilder> setup) {
        server = setup.apply(EngineServer.builder(live.engine())
                        .port(0)
                        .connectionsPerAddress(CONNECTIONS)
                        .failuresPerMinute(FAILURES))
                .start();
    }

    @AfterEach
    void stop() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
        if (server != null) {
            server.close();
        }
        live.close();
    }

    private RawClient connect() throws IOException {
        RawClient client = new RawClient(server.port());
        clients.add(client);
        return client;
    }

    private static String get(String key, String more) {
        return "GET /v1/workspace HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key + "\r\n" + more + "\r\n";
    }

    private RawReply send(String key, String more) throws IOException {
        return connect().send(get(key, more)).read();
    }

    @Test
    void connections_beyondTheNumber_costTheOldestIdleOneItsPlace() throws IOException {
        start(EngineServerBuilder::limitLoopback);
        for (int i = 0; i < CONNECTIONS; i++) {
            assertThat(send(live.key(), "").status()).isEqualTo(200);
        }

        assertThat(send(live.key(), "").status())
                .as("a neighbour of those behind one address")
                .isEqualTo(200);

        assertThat(clients.get(0).isAtEnd()).isTrue();
        assertThat(clients.get(1).send(get(live.key(), "")).read().status())
                .as("the others go on")
                .isEqualTo(200);
    }

    @Test
    void connections_beyondTheNumber_ofAnAddressWhoseOthersAreInUse_areClosed() throws IOException {
        start(EngineServerBuilder::limitLoopback);
        String stream = "GET /v1/events/stream HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + live.key() + "\r\n\r\n";
        for (int i = 0; i < CONNECTIONS; i++) {
            assertThat(connect().send(stream).read("HEAD").status()).isEqualTo(200);
        }

        assertThat(connect().isAtEnd()).isTrue();
    }

    @Test
    void connections_thatEnd_leaveRoom() throws IOException {
        // So many that those whose end the server has not noticed yet do not count.
        start(builder -> builder.limitLoopback().connectionsPerAddress(MANY_CONNECTIONS));
        for (int i = 0; i < 3 * MANY_CONNECTIONS; i++) {
            try (RawClient client = new RawClient(server.port())) {
                assertThat(client.send(get(live.key(), "Connection: close\r\n"))
                                .read()
                                .status())
                        .isEqualTo(200);
                assertThat(client.isAtEnd()).isTrue();
            }
        }
    }

    @Test
    void loopback_isNotBounded_unlessAskedFor() throws IOException {
        start(builder -> builder);
        for (int i = 0; i < 2 * CONNECTIONS; i++) {
            assertThat(send("wrong", "").status()).isEqualTo(401);
        }
    }

    @Test
    void failures_beyondTheNumber_get429AndClose_validCredentialsGoOn() throws IOException {
        start(builder -> builder.limitLoopback().connectionsPerAddress(100));
        for (int i = 0; i < FAILURES; i++) {
            assertThat(send("wrong", "").status()).isEqualTo(401);
        }

        RawReply refused = send("wrong", "");

        assertThat(refused.status()).isEqualTo(429);
        assertThat(Integer.parseInt(refused.header("retry-after"))).isBetween(1, 60);
        assertThat(refused.header("connection")).isEqualTo("close");
        assertThat(refused.text()).contains("rate_limited");
        assertThat(send(live.key(), "").status()).isEqualTo(200);
    }

    @Test
    void forwardedFor_fromAnotherThanATrustedProxy_isNotRead() throws IOException {
        start(builder -> builder.limitLoopback().connectionsPerAddress(100));
        for (int i = 0; i <= FAILURES; i++) {
            int status = send("wrong", "X-Forwarded-For: 192.0.2." + i + "\r\n").status();
            assertThat(status).isEqualTo(i < FAILURES ? 401 : 429);
        }
    }

    @Test
    void forwardedFor_fromATrustedProxy_isWhoIsCounted() throws IOException {
        start(builder -> builder.trustedProxy("127.0.0.0/8"));
        for (int i = 0; i <= FAILURES; i++) {
            String chain = "X-Forwarded-For: 198.51.100." + i + ", 192.0.2.1, 127.0.0.9\r\n";
            int status = send("wrong", chain).status();
            assertThat(status)
                    .as("what the client wrote before it counts for nothing")
                    .isEqualTo(i < FAILURES ? 401 : 429);
        }
        assertThat(send("wrong", "X-Forwarded-For: 192.0.2.2\r\n").status()).isEqualTo(401);
        assertThat(send("wrong", "X-Forwarded-For: localhost\r\n").status()).isEqualTo(401);
    }

    @Test
    void connections_ofATrustedProxy_areNotBounded() throws IOException {
        start(builder -> builder.limitLoopback().trustedProxy("127.0.0.1"));
        for (int i = 0; i < 2 * CONNECTIONS; i++) {
            assertThat(send(live.key(), "").status()).isEqualTo(200);
        }
    }

    /** Connections of one address share a turn of handshakes, and those of a proxy belong to many clients. */
    @Test
    void owner_connectionsOfOneAddress_isOneOwner_andOfATrustedProxyOneForEach() {
        Addresses addresses =
                new Addresses(new Addresses.Rules(1, 1, 1, false, List.of(AddressRange.parse("192.0.2.0/24"))));
        EndPoint proxy = endPoint("192.0.2.1");
        EndPoint client = endPoint("198.51.100.1");

        assertThat(addresses.owner(client)).isEqualTo(addresses.owner(endPoint("198.51.100.1")));
        assertThat(addresses.owner(client)).isNotEqualTo(addresses.owner(endPoint("198.51.100.2")));
        assertThat(addresses.owner(proxy)).isEqualTo(addresses.owner(proxy));
        assertThat(addresses.owner(proxy)).isNotEqualTo(addresses.owner(endPoint("192.0.2.1")));
    }

    private static EndPoint endPoint(String address) {
        return new ByteArrayEndPoint() {
            @Override
            public SocketAddress getRemoteSocketAddress() {
                return new InetSocketAddress(address, 1);
            }
        };
    }

    /** An engine with one key. */
    private static final class LiveEngine implements AutoCloseable {
        private final Engine engine = Engine.inMemory();
        private final String key = engine.admin()
                .createKey(engine.admin().createWorkspace("test", "pro").call().id(), "test")
                .call()
                .secret()
                .orElseThrow();

        Engine engine() {
            return engine;
        }

        String key() {
            return key;
        }

        @Override
        public void close() {
            engine.close();
        }
    }
}
