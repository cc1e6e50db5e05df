package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the names under which clients may call a server on a loopback address. */
@Timeout(60)
final class HostNamesTest {
    private static String answer(String host, UnaryOperator<EngineServerBuilder> setup) throws IOException {
        FakeCallService calls = new FakeCallService();
        EngineServerBuilder builder = new EngineServerBuilder((executor, audiences) -> calls).port(0);
        try (EngineServer server = setup.apply(builder).start();
                RawClient client = new RawClient(server.port())) {
            RawReply reply = client.send("GET /metrics HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                    .read();
            return reply.status() + " " + reply.text();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LocalHost:8080",
                "localhost.:8080",
                "127.0.0.1",
                "127.9.0.1:8080",
                "[::1]",
                "[::1]:8080",
                "10.0.0.5:8080",
                "plinth",
                "app.localhost:80",
                "host.docker.internal:8080",
                "named.example.com",
                "NAMED.example.com:8080"
            })
    void name_ofThisMachine_isServed(String host) throws IOException {
        assertThat(answer(host, server -> server.allowedHost("named.example.com")))
                .startsWith("200 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example"})
    void name_thatAStrangerMayOwn_isRefusedWithTheNextStep(String host) throws IOException {
        assertThat(answer(host, server -> server.allowedHost("named.example.com")))
                .startsWith("400 ")
                .contains(host, "--allowed-host");
    }

    @Test
    void answer_withoutTls_keepsBrowsersFromSniffingAndDoesNotDemandTls() throws IOException {
        FakeCallService calls = new FakeCallService();
        try (EngineServer server = new EngineServerBuilder((executor, audiences) -> calls)
                        .port(0)
                        .start();
                RawClient client = new RawClient(server.port())) {
            for (String path : List.of("/x", "x")) {
                RawReply reply = client.send("GET " + path + " HTTP/1.1\r\nHost: plinth\r\n\r\n")
                        .read();

                assertThat(reply.header("x-content-type-options")).isEqualTo("nosniff");
                assertThat(reply.header("strict-transport-security")).isNull();
            }
        }
    }

    @Test
    void name_behindATrustedProxyOrOnAnotherInterface_isServed() throws IOException {
        assertThat(answer("api.example.com", server -> server.trustedProxy("127.0.0.1")))
                .startsWith("200 ");
        assertThat(answer("api.example.com", server -> server.host("0.0.0.0"))).startsWith("200 ");
    }
}
