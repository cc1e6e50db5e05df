package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.settings.Plan;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A call that its headers refuse is answered without its body, and one whose body matters is asked for it. */
class EarlyRefusalTest {
    private static final String BULK = "/v1/resources/bulk";
    private static final String NO_SUCH_KEY = "sk_live_000000000000000000000000000000000000";
    private static final int UNITS = 3;

    private static final List<String[]> FRAMED = List.of(
            new String[] {"Content-Length: 3", "abc"},
            new String[] {"Transfer-Encoding: chunked", "3\r\nabc\r\n0\r\n\r\n"});

    private static LiveServer server;
    private static String suspended;
    private static String disabled;
    private static String exhausted;

    @BeforeAll
    static void start() throws IOException {
        server = LiveServer.start(builder -> builder.plan(Plan.perMinute("tiny", UNITS)));
        String workspace = server.workspace("starter");
        suspended = server.key(workspace);
        server.engine().admin().suspend(workspace).call();
        String other = server.workspace("starter");
        disabled = server.key(other);
        String id = server.engine()
                .client(disabled)
                .keys()
                .list()
                .call()
                .data()
                .get(0)
                .id();
        server.engine().client(server.key(other)).keys().disable(id).call();
        exhausted = server.key(server.workspace("tiny"));
        for (int i = 0; i < UNITS; i++) {
            server.send(WireRequest.get("/v1/workspace").withKey(exhausted));
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("no credential", BULK, List.of(), 401),
                Arguments.of("unknown key", BULK, List.of("Authorization: Bearer " + NO_SUCH_KEY), 401),
                Arguments.of("suspended", BULK, List.of("Authorization: Bearer " + suspended), 403),
                Arguments.of("disabled", BULK, List.of("Authorization: Bearer " + disabled), 403),
                Arguments.of("exhausted", BULK, List.of("Authorization: Bearer " + exhausted), 429),
                Arguments.of("wrong admin token", "/admin/v1/workspaces", List.of("Authorization: Bearer x"), 401),
                Arguments.of("no route", "/v1/nothing", List.of(), 404));
    }

    private static String head(String path, List<String> headers, String framing) {
        String more = headers.isEmpty() ? "" : String.join("\r\n", headers) + "\r\n";
        return "POST " + path + " HTTP/1.1\r\nHost: a\r\n" + more + framing + "\r\n\r\n";
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void body_ofARefusedCall_isNotWaitedFor(String name, String path, List<String> headers, int status)
            throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            client.send(head(path, headers, "Content-Length: 4000000"));

            RawReply reply = client.read();

            assertThat(reply.status()).isEqualTo(status);
            assertThat(reply.header("connection")).isEqualTo("close");
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void chunks_ofARefusedCall_areNotWaitedFor(String name, String path, List<String> headers, int status)
            throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            client.send(head(path, headers, "Transfer-Encoding: chunked"));

            assertThat(client.read().status()).isEqualTo(status);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void expectContinue_ofARefusedCall_getsItsStatusAndNoContinue(
            String name, String path, List<String> headers, int status) throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            client.send(head(path, headers, "Content-Length: 3\r\nExpect: 100-continue"));

            assertThat(client.readAll())
                    .hasValueSatisfying(reply -> assertThat(reply.status()).isEqualTo(status));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void connection_ofARefusedCallWithAShortBody_goesOn(String name, String path, List<String> headers, int status)
            throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            for (String[] each : FRAMED) {
                client.send(head(path, headers, each[0]) + each[1]);

                RawReply reply = client.read();

                assertThat(reply.status()).isEqualTo(status);
                assertThat(reply.header("connection")).isNull();
            }
        }
    }

    @Test
    void connection_ofARefusedCallWhoseShortBodyFollows_goesOn() throws IOException {
        try (RawClient client = new RawClient(server.port())) {
            client.send(head(BULK, List.of(), "Content-Length: 3"));
            assertThat(client.read().status()).isEqualTo(401);

            client.send("abc" + "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n");

            assertThat(client.read().status()).isEqualTo(200);
        }
    }

    @Test
    void lengthAboveTheLimit_isRefusedBehindTheCredential() throws IOException {
        String key = server.key(server.workspace("starter"));
        try (RawClient client = new RawClient(server.port())) {
            client.send(head("/v1/resources", List.of("Authorization: Bearer " + key), "Content-Length: 4000000"));

            RawReply reply = client.read();

            assertThat(reply.status()).isEqualTo(413);
            assertThat(reply.header("ratelimit")).contains("r=59;");
        }
    }

    @Test
    void unit_isTakenOnce_whenTheBodyFollowsTheHeaders() throws IOException {
        String key = server.key(server.workspace("starter"));
        try (RawClient client = new RawClient(server.port())) {
            client.send(head(
                    "/v1/resources",
                    List.of("Authorization: Bearer " + key),
                    "Content-Length: 12\r\nExpect: 100-continue"));
            assertThat(client.read().status()).isEqualTo(100);
            client.send("{\"name\":\"a\"}");

            RawReply reply = client.read();

            assertThat(reply.status()).isEqualTo(201);
            assertThat(reply.header("ratelimit")).contains("r=59;");
        }
    }

    @Test
    void key_revokedBetweenHeadersAndBody_changesNothing() throws IOException {
        String workspace = server.workspace("starter");
        String key = server.key(workspace);
        String other = server.key(workspace);
        String id = server.engine().client(key).keys().list().call().data().stream()
                .filter(each -> key.endsWith(each.last4()))
                .findFirst()
                .orElseThrow()
                .id();
        try (RawClient client = new RawClient(server.port())) {
            client.send(head(
                    "/v1/resources",
                    List.of("Authorization: Bearer " + key),
                    "Content-Length: 12\r\nExpect: 100-continue"));
            assertThat(client.read().status()).isEqualTo(100);
            server.engine().client(other).keys().revoke(id).call();
            client.send("{\"name\":\"a\"}");

            assertThat(client.read().status()).isEqualTo(401);
        }
        assertThat(server.engine().client(other).resources().list().call().data())
                .isEmpty();
    }
}
