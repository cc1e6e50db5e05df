package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.CapturedLog;
import dev.plinth.engine.Patience;
import dev.plinth.engine.http.call.FramingLimits;
import dev.plinth.engine.http.connection.Deadlines;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server over TLS, with sockets and PEM files as an operator has them. */
@Timeout(120)
class TlsTest {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final int TLS_PLACES = 64;
    private static final byte[] HALF_A_HELLO = {22, 3, 1, 0, 120, 1, 0, 0, 116, 3, 3};
    private static final String GET = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String LAST = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    @TempDir
    private static Path pairs;

    private static PemPair first;
    private static PemPair second;

    @TempDir
    private Path directory;

    private final FakeCallService calls = new FakeCallService();
    private EngineServer server;

    @BeforeAll
    static void makePairs() throws Exception {
        first = PemPair.make(pairs, "RSA");
        second = PemPair.make(pairs, "EC");
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close(Duration.ZERO);
        }
    }

    private Path certificates() {
        return directory.resolve("chain.pem");
    }

    private Path key() {
        return directory.resolve("key.pem");
    }

    private EngineServerBuilder builder() {
        return new EngineServerBuilder((executor, audiences) -> calls).port(0).tls(certificates(), key());
    }

    private void start(PemPair pair, UnaryOperator<EngineServerBuilder> setup) throws IOException {
        pair.write(certificates(), key());
        server = setup.apply(builder()).start();
    }

    private SSLSocket connect(PemPair... trusted) throws IOException {
        return connect(server.port(), PemPair.trusting(trusted));
    }

    private static SSLSocket connect(int port, SSLContext context) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static String exchange(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    private static List<Certificate> presented(SSLSocket socket) throws IOException {
        socket.startHandshake();
        return List.of(socket.getSession().getPeerCertificates());
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2, RSA", "TLSv1.3, RSA", "TLSv1.2, EC", "TLSv1.3, EC"})
    void call_ofEachVersion_isAnsweredAndTheChainPresented(String version, String algorithm) throws Exception {
        PemPair pair = algorithm.equals("RSA") ? first : second;
        start(pair, builder -> builder);
        try (SSLSocket socket = connect(pair)) {
            socket.setEnabledProtocols(new String[] {version});

            assertThat(presented(socket)).isEqualTo(pair.chain());
            assertThat(socket.getSession().getProtocol()).isEqualTo(version);
            assertThat(exchange(socket, LAST)).startsWith("HTTP/1.1 200 ").endsWith("done");
        }
        assertThat(server.uri().getScheme()).isEqualTo("https");
        assertThat(calls.calls.get(0).scheme()).isEqualTo("https");
    }

    @ParameterizedTest
    @CsvSource({"plinth.example, true", "plinth.example:8443, true", "localhost, false", "LOCALHOST:8443, false"})
    void answer_tellsBrowsersToUseTlsUnlessTheHostIsThisMachine(String host, boolean isTold) throws Exception {
        start(first, builder -> builder);
        try (SSLSocket socket = connect(first)) {
            String answer = exchange(socket, LAST.replace("localhost", host));

            assertThat(answer).contains("X-Content-Type-Options: nosniff");
            assertThat(answer.contains("Strict-Transport-Security: max-age=31536000\r\n"))
                    .isEqualTo(isTold);
        }
    }

    @Test
    void call_toAHostThatTheCertificateDoesNotName_isAnswered() throws Exception {
        start(first, builder -> builder);
        try (SSLSocket socket = connect(first)) {
            assertThat(exchange(socket, LAST.replace("localhost", "plinth.example")))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void handshake_ofTls11_isRefused() throws Exception {
        start(first, builder -> builder);
        // The JDK's own client no longer offers it. This is a ClientHello for TLS 1.1 as its last version.
        byte[] hello = new byte[45 + 5];
        byte[] head = {22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 2};
        System.arraycopy(head, 0, hello, 0, head.length);
        hello[45] = 2; // length of the cipher suites, behind 32 random bytes and an empty session id
        hello[46] = (byte) 0xc0;
        hello[47] = 0x14;
        hello[48] = 1;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(hello);
            byte[] alert = socket.getInputStream().readAllBytes();

            assertThat(alert).startsWith(21).endsWith(2, 70); // fatal, protocol_version
        }
    }

    @Test
    void plainCall_isNotAnswered() throws Exception {
        start(first, builder -> builder);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(20_000);

            assertThat(exchange(socket, GET)).doesNotContain("HTTP");
        }
        assertThat(calls.calls).isEmpty();
    }

    @Test
    void reload_otherPair_isForNewConnectionsAlone() throws Exception {
        start(first, builder -> builder);
        try (SSLSocket before = connect(first, second)) {
            assertThat(presented(before)).isEqualTo(first.chain());

            second.write(certificates(), key());
            assertThat(server.reloadTls()).isTrue();
            assertThat(server.reloadTls()).isFalse();

            try (SSLSocket after = connect(first, second)) {
                assertThat(presented(after)).isEqualTo(second.chain());
                assertThat(exchange(after, LAST)).endsWith("done");
            }
            assertThat(exchange(before, LAST)).endsWith("done");
        }
    }

    @Test
    void reload_badPair_isRefusedAndTheOldOneGoesOn() throws Exception {
        start(first, builder -> builder);
        Files.writeString(key(), second.keyPem());

        assertThatThrownBy(server::reloadTls)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(key().toString());

        try (SSLSocket socket = connect(first)) {
            assertThat(presented(socket)).isEqualTo(first.chain());
        }
    }

    @Test
    void keyFileThatOthersRead_warnsAtStartAndReloadWithTheCommandThatMendsIt() throws Exception {
        first.write(certificates(), key());
        Files.setPosixFilePermissions(key(), PosixFilePermissions.fromString("rw-r--r--"));
        try (CapturedLog log = CapturedLog.open()) {
            server = builder().start();
            assertThat(server.reloadTls()).isFalse();
            Files.setPosixFilePermissions(key(), PosixFilePermissions.fromString("rw-r-----"));
            assertThat(server.reloadTls()).isFalse();

            assertThat(log.lines())
                    .filteredOn(line -> line.contains("chmod 600 " + key()))
                    .hasSize(2)
                    .allMatch(line -> line.contains("rw-r--r--"));
        }
    }

    private void assertRefused(String chain, String keyText, String... parts) throws IOException {
        Files.writeString(certificates(), chain);
        Files.writeString(key(), keyText);
        assertThatThrownBy(() -> server = builder().start())
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(refusal -> assertThat(refusal.getMessage())
                        .contains(parts)
                        .endsWith(".")
                        .doesNotContain("\n", "Exception"));
    }

    @Test
    void start_filesThatAreNoPair_refusedInASentence() throws Exception {
        String chain = first.chainPem();
        assertRefused(chain, second.keyPem(), key().toString(), certificates().toString(), "another key");
        assertRefused(chain, "hello", key().toString(), "no PEM block");
        assertRefused("", first.keyPem(), certificates().toString(), "no PEM block");
        assertRefused(chain, chain, key().toString(), "no block PRIVATE KEY");
        assertRefused(first.keyPem(), first.keyPem(), certificates().toString(), "no block CERTIFICATE");
        assertRefused(PemPair.pem("CERTIFICATE", new byte[40]), first.keyPem(), "a certificate that is damaged");
        assertRefused(chain, PemPair.pem("PRIVATE KEY", new byte[40]), "another key");
        assertRefused(
                PemPair.chainPem(List.of(first.chain().get(1), first.chain().get(0))),
                first.keyPem(),
                "Certificate 2",
                "did not issue certificate 1");
        PemPair own = PemPair.makeSelfSigned(pairs);
        assertRefused(
                own.chainPem().repeat(2),
                own.keyPem(),
                "Certificate 2",
                certificates().toString(),
                "repeats certificate 1");
        assertRefused(chain.repeat(6), first.keyPem(), "12 certificates", "10");
        assertRefused("x".repeat(1024 * 1024 + 1), first.keyPem(), "1048576 bytes");
        Files.delete(key());
        assertThatThrownBy(() -> builder().start()).hasMessageContaining("1048576 bytes");
        Files.writeString(certificates(), chain);
        assertThatThrownBy(() -> builder().start())
                .hasMessageContaining(key().toString())
                .hasMessageContaining("no such file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"})
    void start_keyOfAnotherForm_refusedWithTheCommandThatConverts(String label) throws Exception {
        assertRefused(
                first.chainPem(), PemPair.pem(label, first.key()), label, "openssl pkcs8 -topk8 -nocrypt -in " + key());
    }

    @Test
    void start_keyOfAnotherKind_refused() throws Exception {
        PemPair edwards = PemPair.make(pairs, "Ed25519");

        assertRefused(edwards.chainPem(), edwards.keyPem(), "EdDSA", "RSA or EC");
    }

    @Test
    void adminPort_isPlainOnLoopbackAndElsewhereHasTlsToo() throws Exception {
        start(first, builder -> builder.adminPort(0));
        assertThat(server.adminUri().getScheme()).isEqualTo("http");
        try (RawClient client = new RawClient(server.adminUri().getPort())) {
            assertThat(client.send(GET).read().status()).isEqualTo(200);
        }
        server.close(Duration.ZERO);

        start(first, builder -> builder.adminPort(0).adminHost("0.0.0.0"));
        assertThat(server.adminUri().getScheme()).isEqualTo("https");
        try (SSLSocket socket = connect(server.adminUri().getPort(), PemPair.trusting(first))) {
            assertThat(exchange(socket, LAST)).endsWith("done");
        }
    }

    private void start(Duration headers, Duration write) throws IOException {
        first.write(certificates(), key());
        server = builder().start(deadlines(headers, write), Runtime.getRuntime().maxMemory());
    }

    private static Deadlines deadlines(Duration headers, Duration write) {
        return new Deadlines(headers, LONG, write, LONG, LONG, LONG, Duration.ZERO);
    }

    @Test
    void handshake_thatNeverEnds_isCut() throws Exception {
        start(Duration.ofMillis(200), LONG);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(20);
            socket.getOutputStream().write(new byte[] {22, 3, 1, 0, 120});

            assertThat(dribbleToTheEnd(socket)).isTrue();
        }
    }

    /** Half of the connections are stuck in a handshake, and the others idle behind one. The heap has room for few. */
    @Test
    void connections_moreThanTheHeapHasRoomFor_costTheAddressWithMost() throws Exception {
        first.write(certificates(), key());
        server = builder().start(deadlines(LONG, LONG), 8L * TLS_PLACES * FramingLimits.TLS_CONNECTION_BYTES);
        InetAddress stranger = InetAddress.getByName("127.0.1.10");
        List<Socket> open = new ArrayList<>();
        try (SSLSocket honest = connect(first)) {
            honest.startHandshake();
            for (int i = 0; i < TLS_PLACES; i++) {
                Socket stuck = new Socket(InetAddress.getLoopbackAddress(), server.port(), stranger, 0);
                open.add(stuck);
                stuck.getOutputStream().write(HALF_A_HELLO);
                SSLSocket idle = (SSLSocket) PemPair.trusting(first)
                        .getSocketFactory()
                        .createSocket(InetAddress.getLoopbackAddress(), server.port(), stranger, 0);
                open.add(idle);
                shakeHandsIfLet(idle);
            }
            while (server.connections() > TLS_PLACES) {
                assertThat(Thread.currentThread().isInterrupted()).isFalse(); // true once the time of the test is over
            }

            assertThat(server.connections()).isGreaterThan(TLS_PLACES / 2);
            try (SSLSocket another = connect(first)) {
                assertThat(exchange(another, LAST)).endsWith("done");
            }
            assertThat(exchange(honest, LAST)).endsWith("done");
        } finally {
            for (Socket each : open) {
                each.close();
            }
        }
    }

    /** Each stranger's connection always has the beginning of a request. */
    @Test
    void connections_ofStrangersThatNeverEndTheirHeaders_giveWayToANewAddress() throws Exception {
        first.write(certificates(), key());
        server = builder().start(deadlines(LONG, LONG), 8L * TLS_PLACES * FramingLimits.TLS_CONNECTION_BYTES);
        List<Socket> open = new ArrayList<>();
        try {
            for (int i = 0; i < TLS_PLACES; i++) {
                InetAddress stranger = InetAddress.getByName("127.0.1." + (10 + i % 3));
                SSLSocket slow = (SSLSocket) PemPair.trusting(first)
                        .getSocketFactory()
                        .createSocket(InetAddress.getLoopbackAddress(), server.port(), stranger, 0);
                open.add(slow);
                slow.startHandshake();
                slow.getOutputStream().write("GET /health/live HTTP/1.1\r\nHos".getBytes(StandardCharsets.US_ASCII));
            }

            for (int i = 0; i < 3; i++) {
                SSLSocket honest = connect(first);
                open.add(honest);
                assertThat(exchange(honest, LAST)).endsWith("done");
            }
        } finally {
            for (Socket each : open) {
                each.close();
            }
        }
    }

    /** Makes a handshake, whose connection the server may close for a newer one. */
    private static void shakeHandsIfLet(SSLSocket socket) {
        try {
            socket.startHandshake();
        } catch (IOException closed) {
            assertThat(closed).isNotInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void keys_updatedWithoutEnd_endTheConnection() throws Exception {
        start(first, builder -> builder);
        try (SSLSocket socket = connect(first)) {
            socket.setEnabledProtocols(new String[] {"TLSv1.3"});
            socket.startHandshake();

            assertThat(answerBehindUpdates(socket)).doesNotContain("200");
        }
    }

    /** Returns an empty text if the server has closed the connection. */
    private static String answerBehindUpdates(SSLSocket socket) {
        try {
            for (int i = 0; i < 3 * FramingLimits.TLS_RECORDS_WITHOUT_DATA_MAX; i++) {
                socket.startHandshake(); // in TLS 1.3 an update of the keys
            }
            return exchange(socket, LAST);
        } catch (IOException closed) {
            return "";
        }
    }

    @Test
    void hello_inRecordsOfOneByte_endsTheConnection() throws Exception {
        start(LONG, LONG);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(20_000);
            byte[] hello = {1, 0, 0x7d, 0};
            for (int i = 0; i < 3 * FramingLimits.TLS_RECORDS_WITHOUT_DATA_MAX; i++) {
                byte piece = i < hello.length ? hello[i] : 0;
                socket.getOutputStream().write(new byte[] {22, 3, 1, 0, 1, piece});
            }
            socket.getInputStream().readAllBytes(); // times out as long as the connection is open
        } catch (SocketException reset) {
            assertThat(server.connections()).isZero();
        }
    }

    @Test
    void connections_begunTooOften_areClosedUnansweredAndThoseOfOthersGoOn() throws Exception {
        start(first, builder -> builder.limitLoopback().tlsConnectionsPerMinute(4));
        InetAddress stranger = InetAddress.getByName("127.0.1.10");
        // The rate comes back with time, so it counts which one is refused, and not how many were not.
        while (isLetIn(server.port(), stranger)) {
            assertThat(Thread.currentThread().isInterrupted()).isFalse(); // true once the time of the test is over
        }

        try (SSLSocket honest = connect(first)) {
            assertThat(exchange(honest, LAST)).endsWith("done");
        }
    }

    @Test
    void connections_ofATrustedProxy_mayBeginAsOftenAsTheyLike() throws Exception {
        start(
                first,
                builder -> builder.limitLoopback().trustedProxy("127.0.1.10").tlsConnectionsPerMinute(1));
        for (int i = 0; i < 5; i++) {
            assertThat(isLetIn(server.port(), InetAddress.getByName("127.0.1.10")))
                    .isTrue();
        }
    }

    private static boolean isLetIn(int port, InetAddress from) throws IOException {
        try (SSLSocket socket = (SSLSocket) PemPair.trusting(first)
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), port, from, 0)) {
            socket.startHandshake();
            return true;
        } catch (SSLException | SocketException closed) {
            return false;
        }
    }

    /** Sends a byte now and then until the server closes the connection, perhaps after an alert. */
    private static boolean dribbleToTheEnd(Socket socket) throws IOException {
        while (true) {
            try {
                socket.getOutputStream().write('a');
                socket.getInputStream().readAllBytes();
                return true;
            } catch (SocketTimeoutException open) {
                continue;
            } catch (SocketException reset) {
                return true;
            }
        }
    }

    @Test
    void answer_thatIsNotRead_isCut() throws Exception {
        CompletableFuture<Void> asked = new CompletableFuture<>();
        String large = "a".repeat(16 * 1024 * 1024);
        calls.answer = call -> {
            asked.complete(null);
            return CompletableFuture.completedFuture(FakeCallService.ok(large));
        };
        start(LONG, Duration.ofMillis(200));
        try (SSLSocket socket = connect(first)) {
            socket.getOutputStream().write(GET.getBytes(StandardCharsets.ISO_8859_1));
            asked.join();
            // The client reads only after the deadline has cut it, so it cannot get everything.
            Patience.until(() -> server.connections() <= 0);

            assertThatThrownBy(() -> readTo(socket.getInputStream(), large.length()))
                    .isInstanceOf(IOException.class);
        }
    }

    private static void readTo(InputStream in, int bytes) throws IOException {
        if (in.readNBytes(bytes).length < bytes) {
            throw new SSLException("Expected " + bytes + " bytes, but the connection ended");
        }
    }

    @Test
    void certificate_ofAnotherIssuer_isNotTrusted() throws Exception {
        start(first, builder -> builder);
        try (SSLSocket socket = connect(second)) {
            assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLHandshakeException.class);
        }
    }
}
