package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests nodes that reach each other over TLS, with a certificate of a private issuer. */
@Timeout(300)
final class ForwardingOverTlsTest {
    private static final String TOKEN = "tls-forwarding-test-token";
    private static final String TRUST_STORE = "javax.net.ssl.trustStore";
    private static final String TRUST_STORE_PASSWORD = "javax.net.ssl.trustStorePassword";
    private static final String PASSWORD = "password";

    private final SharedMemoryLog log = new SharedMemoryLog();
    private final List<Engine> engines = new ArrayList<>();
    private final List<EngineServer> servers = new ArrayList<>();

    @TempDir
    private Path directory;

    private PemPair pair;

    @BeforeEach
    void makePair() throws Exception {
        pair = PemPair.make(directory, "EC");
        pair.write(directory.resolve("chain.pem"), directory.resolve("key.pem"));
    }

    @AfterEach
    void stop() {
        System.clearProperty(TRUST_STORE);
        System.clearProperty(TRUST_STORE_PASSWORD);
        servers.forEach(server -> server.close(Duration.ZERO));
        engines.forEach(Engine::close);
    }

    @Test
    void call_toALeaderOfAPrivateIssuer_isHandedOnByANodeThatTrustsIt() throws Exception {
        start("leader");
        trust();
        URI follower = start("follower");

        HttpResponse<String> reply = createWorkspace(follower);

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(201);
        assertThat(reply.headers().firstValue("Plinth-Node")).contains("leader");
    }

    @Test
    void call_toALeaderThatIsNotTrusted_isRefusedAsNotApplied() throws Exception {
        start("leader");
        URI follower = start("follower");

        HttpResponse<String> reply = createWorkspace(follower);

        assertThat(reply.statusCode()).isEqualTo(503);
        assertThat(reply.body()).contains("\"code\":\"not_leader\"");
        assertThat(engines.get(0).admin().workspaces().call().data()).isEmpty();
    }

    @Test
    void peerTls_leaderOfThisIssuer_getsTheCallAndOneOfAnotherGetsNone() throws Exception {
        Path issuer = directory.resolve("issuer.pem");
        Files.writeString(issuer, PemPair.chainPem(pair.chain().subList(1, 2)));
        Path other = directory.resolve("other.pem");
        Files.writeString(
                other, PemPair.chainPem(PemPair.make(directory, "EC").chain().subList(1, 2)));
        start("leader");
        URI trusting = start("trusting", "https://127.0.0.1:", server -> server.peerTls(issuer));
        URI wary = start("wary", "https://127.0.0.1:", server -> server.peerTls(other));

        assertThat(createWorkspace(trusting).headers().firstValue("Plinth-Node"))
                .contains("leader");
        HttpResponse<String> refused = createWorkspace(wary);

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("\"code\":\"not_leader\"");
        assertThat(engines.get(0).admin().workspaces().call().data()).hasSize(1);
    }

    @Test
    void peerTls_leaderWhoseCertificateIsForAnotherHost_getsNoCall() throws Exception {
        Path issuer = directory.resolve("issuer.pem");
        Files.writeString(issuer, PemPair.chainPem(pair.chain().subList(1, 2)));
        start("leader", "https://127.0.0.2:", server -> server.host("127.0.0.2"));
        URI follower = start("follower", "https://127.0.0.1:", server -> server.peerTls(issuer));

        assertThat(createWorkspace(follower).statusCode()).isEqualTo(503);
        assertThat(engines.get(0).admin().workspaces().call().data()).isEmpty();
    }

    @Test
    void peerTls_leaderWithoutTls_getsNoCall() throws Exception {
        Path issuer = directory.resolve("issuer.pem");
        Files.writeString(issuer, PemPair.chainPem(pair.chain().subList(1, 2)));
        startPlain("leader");
        URI follower = start("follower", "https://127.0.0.1:", server -> server.peerTls(issuer));

        assertThat(createWorkspace(follower).statusCode()).isEqualTo(503);
        assertThat(engines.get(0).admin().workspaces().call().data()).isEmpty();
    }

    private HttpResponse<String> createWorkspace(URI node) throws IOException, InterruptedException {
        HttpClient client =
                HttpClient.newBuilder().sslContext(PemPair.trusting(pair)).build();
        return client.send(
                HttpRequest.newBuilder(node.resolve("/admin/v1/workspaces"))
                        .header("Authorization", "Bearer " + TOKEN)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"acme\",\"plan\":\"business\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private URI start(String id) {
        return start(id, "https://127.0.0.1:", server -> server);
    }

    private URI start(String id, String place, UnaryOperator<EngineServerBuilder> setup) {
        return startServer(
                id,
                place,
                server -> setup.apply(server).tls(directory.resolve("chain.pem"), directory.resolve("key.pem")));
    }

    private void startPlain(String id) {
        URI unused = startServer(id, "http://127.0.0.1:", server -> server);
    }

    private URI startServer(String id, String place, UnaryOperator<EngineServerBuilder> setup) {
        int port = NodesOfALog.freePort();
        URI url = URI.create(place + port);
        Engine engine = Engine.builder()
                .log(log.connect())
                .node(new Node(id, Optional.of(url)))
                .secretKeyFile(directory.resolve("secret.key"))
                .adminToken(TOKEN)
                .open();
        engines.add(engine);
        servers.add(setup.apply(EngineServer.builder(engine).port(port)).start());
        return url;
    }

    /** Has nodes that start from now on trust the issuer, as the options of their JVM do. */
    private void trust() throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("issuer", pair.chain().get(1));
        Path file = directory.resolve("trust.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            trusted.store(out, PASSWORD.toCharArray());
        }
        System.setProperty(TRUST_STORE, file.toString());
        System.setProperty(TRUST_STORE_PASSWORD, PASSWORD);
    }
}
