package dev.plinth.engine.internal.webhook.send;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.apache.hc.core5.ssl.SSLContexts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Shows what a sender puts on the wire and what it makes of what comes back, on real sockets. */
@Timeout(300)
class SenderTest {
    private static final int HANGING = 800;
    /** Receivers that hang are answered in the end, however long it takes to have them all. */
    private static final SendLimits PATIENT = new SendLimits(60_000, 180_000);

    @ParameterizedTest
    @ValueSource(strings = {"//double", "//hooks/orders?x=1", "///a", "////a", "//", "//a_b/c"})
    void send_pathThatBeginsWithSlashes_isOnTheWireAsItIs(String path) throws IOException {
        try (Receiver receiver = Receiver.answering(Receiver.ok(""));
                Sender sender = Senders.sender()) {
            URI url = URI.create("http://hook.test:" + receiver.port() + path);

            assertThat(sender.send(Senders.request(url)).delivered()).isTrue();
            assertThat(receiver.requests().get(0).line()).isEqualTo("POST " + path + " HTTP/1.1");
        }
    }

    @Test
    void send_request_isOnTheWireAsTheContractSays() throws IOException {
        byte[] body = "{\"name\":\"Zoë ✓\"}".getBytes(UTF_8);
        Map<String, String> headers = Map.of(
                "webhook-id", "evt_01",
                "webhook-timestamp", "1614265330",
                "webhook-signature", "v1,abc v1,def",
                "x-own", "value",
                "user-agent", "somebody else",
                "content-type", "text/plain");
        try (Receiver receiver = Receiver.answering(Receiver.ok("thanks"));
                Sender sender = Senders.sender()) {
            URI url = URI.create("http://hook.test:" + receiver.port() + "/a%2Fb/../c?x=1&y=%20");

            SendResult result = sender.send(new SendRequest(Senders.WORKSPACE, url, headers, body, Senders.NOW));

            assertThat(result.delivered()).isTrue();
            assertThat(result.status()).isEqualTo(200);
            assertThat(result.responseBody()).isEqualTo("thanks");
            assertThat(result.retryAfterSeconds()).isNull();
            assertThat(result.durationMillis()).isNotNegative();
            Receiver.Received received = receiver.requests().get(0);
            assertThat(received.line()).isEqualTo("POST /a%2Fb/../c?x=1&y=%20 HTTP/1.1");
            assertThat(received.body()).isEqualTo(body);
            assertThat(received.headers())
                    .containsExactlyInAnyOrderEntriesOf(Map.of(
                            "host", "hook.test:" + receiver.port(),
                            "webhook-id", "evt_01",
                            "webhook-timestamp", "1614265330",
                            "webhook-signature", "v1,abc v1,def",
                            "x-own", "value",
                            "user-agent", "Plinth-Webhooks/1.2.3",
                            "content-type", "application/json",
                            "content-length", Integer.toString(body.length),
                            "connection", "keep-alive"));
        }
    }

    @Test
    void send_headerValueWithLineBreak_addsNoHeader() throws IOException {
        Map<String, String> headers = Map.of("x-own", "a\r\nx-smuggled: b");
        try (Receiver receiver = Receiver.answering(Receiver.ok(""));
                Sender sender = Senders.sender()) {
            sender.send(
                    new SendRequest(Senders.WORKSPACE, receiver.url("hook.test"), headers, new byte[0], Senders.NOW));

            assertThat(receiver.requests().get(0).headers())
                    .containsKey("x-own")
                    .doesNotContainKey("x-smuggled");
        }
    }

    @ParameterizedTest
    @CsvSource({"my_service.test, my_service.test", "hook.localhost, hook.localhost", "HOOK.test, hook.test"})
    void send_unusualHostName_reachesIt(String host, String hostHeader) throws IOException {
        try (Receiver receiver = Receiver.answering(Receiver.ok(""));
                Sender sender = Senders.sender()) {
            assertThat(sender.send(Senders.request(receiver.url(host))).delivered())
                    .isTrue();
            assertThat(receiver.requests().get(0).headers().get("host")).startsWithIgnoringCase(hostHeader + ":");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 202, 204, 299})
    void send_2xx_isDelivered(int status) throws IOException {
        try (Receiver receiver = Receiver.answering("HTTP/1.1 " + status + " Fine\r\nContent-Length: 0\r\n\r\n");
                Sender sender = Senders.sender()) {
            SendResult result = sender.send(Senders.request(receiver.url("hook.test")));

            assertThat(result.delivered()).isTrue();
            assertThat(result.status()).isEqualTo(status);
            assertThat(result.responseBody()).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {304, 400, 401, 404, 407, 408, 410, 429, 500, 503, 599, 600})
    void send_otherStatus_isHttpAndNeverTriedAgain(int status) throws IOException {
        String response = "HTTP/1.1 " + status + " No\r\nRetry-After: 7\r\nWWW-Authenticate: Basic realm=\"x\"\r\n"
                + "Proxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n";
        try (Receiver receiver = Receiver.answering(response);
                Sender sender = Senders.sender()) {
            SendResult result = sender.send(Senders.request(receiver.url("hook.test")));

            assertThat(result.error()).isEqualTo(SendError.HTTP);
            assertThat(result.status()).isEqualTo(status);
            assertThat(result.retryAfterSeconds()).isEqualTo(7);
            assertThat(receiver.requests()).hasSize(1);
        }
    }

    @Test
    void send_retryAfterDate_isMeasuredFromTheRequestsTime() throws IOException {
        String response =
                "HTTP/1.1 503 Later\r\nRetry-After: Thu, 01 Jan 2026 00:01:30 GMT\r\nContent-Length: 0\r\n\r\n";
        try (Receiver receiver = Receiver.answering(response);
                Sender sender = Senders.sender()) {
            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).retryAfterSeconds())
                    .isEqualTo(90);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 301, 302, 303, 307, 308})
    void send_redirect_isNotFollowed(int status) throws IOException {
        try (Receiver target = Receiver.answering(Receiver.ok(""));
                Receiver receiver = Receiver.answering("HTTP/1.1 " + status + " Elsewhere\r\nLocation: "
                        + target.url("hook.test") + "\r\nContent-Length: 4\r\n\r\ngone");
                Sender sender = Senders.sender()) {
            SendResult result = sender.send(Senders.request(receiver.url("hook.test")));

            assertThat(result.error()).isEqualTo(SendError.HTTP);
            assertThat(result.status()).isEqualTo(status);
            assertThat(result.responseBody()).isEqualTo("gone");
            assertThat(receiver.requests()).hasSize(1);
            assertThat(target.connections()).isZero();
        }
    }

    @Test
    void send_cookie_isNotKept() throws IOException {
        try (Receiver receiver =
                        Receiver.answering("HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 0\r\n\r\n");
                Sender sender = Senders.sender()) {
            sender.send(Senders.request(receiver.url("hook.test")));
            sender.send(Senders.request(receiver.url("hook.test")));

            assertThat(receiver.requests())
                    .hasSize(2)
                    .allMatch(request -> !request.headers().containsKey("cookie"));
        }
    }

    @Test
    void send_gzipResponse_isNotInflated() throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
            gzip.write("hello hello hello hello".getBytes(UTF_8));
        }
        try (Receiver receiver = Receiver.answering((request, out) -> {
                    out.write(("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + zipped.size()
                                    + "\r\n\r\n")
                            .getBytes(ISO_8859_1));
                    zipped.writeTo(out);
                });
                Sender sender = Senders.sender()) {
            SendResult result = sender.send(Senders.request(receiver.url("hook.test")));

            assertThat(result.delivered()).isTrue();
            assertThat(result.responseBody()).isEqualTo(new String(zipped.toByteArray(), UTF_8));
            assertThat(receiver.requests().get(0).headers()).doesNotContainKey("accept-encoding");
        }
    }

    @Test
    void send_hugeResponse_isCutAndItsConnectionGivenUp() throws Exception {
        CompletableFuture<Integer> chunksWritten = new CompletableFuture<>();
        int chunks = 10 * 1024;
        try (Receiver receiver = Receiver.answering((request, out) -> {
                    out.write(
                            ("HTTP/1.1 200 OK\r\nContent-Length: " + chunks * 1024 + "\r\n\r\n").getBytes(ISO_8859_1));
                    int written = 0;
                    try {
                        for (; written < chunks; written++) {
                            out.write("a".repeat(1024).getBytes(ISO_8859_1));
                        }
                    } finally {
                        chunksWritten.complete(written);
                    }
                });
                Sender sender = Senders.sender()) {
            SendResult result = sender.send(Senders.request(receiver.url("hook.test")));

            assertThat(result.delivered()).isTrue();
            assertThat(result.responseBody()).isEqualTo("a".repeat(8_192));
            assertThat(chunksWritten.get(30, TimeUnit.SECONDS)).isLessThan(chunks);
            sender.send(Senders.request(receiver.url("hook.test")));
            assertThat(receiver.connections()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 2x0 OK\r\n\r\n",
                "HTTP/9.9 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"
            })
    void send_malformedResponse_isHttp(String response) throws IOException {
        try (Receiver receiver = Receiver.answering(response);
                Sender sender = Senders.sender()) {
            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).error())
                    .isEqualTo(SendError.HTTP);
        }
    }

    @Test
    void send_endlessHeaderLine_isHttp() throws IOException {
        try (Receiver receiver = Receiver.answering((request, out) -> {
                    out.write("HTTP/1.1 200 OK\r\nX: ".getBytes(ISO_8859_1));
                    for (; ; ) {
                        out.write("a".repeat(1024).getBytes(ISO_8859_1));
                    }
                });
                Sender sender = Senders.sender()) {
            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).error())
                    .isEqualTo(SendError.HTTP);
        }
    }

    @Test
    void send_endlessHeaders_isHttp() throws IOException {
        try (Receiver receiver = Receiver.answering((request, out) -> {
                    out.write("HTTP/1.1 200 OK\r\n".getBytes(ISO_8859_1));
                    for (; ; ) {
                        out.write("X: a\r\n".getBytes(ISO_8859_1));
                    }
                });
                Sender sender = Senders.sender()) {
            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).error())
                    .isEqualTo(SendError.HTTP);
        }
    }

    @Test
    void send_hangUpBeforeAnswer_isConnectionAndNeverTriedAgain() throws IOException {
        try (Receiver receiver = Receiver.talking((self, socket) -> Receiver.read(socket.getInputStream()));
                Sender sender = Senders.sender()) {
            SendResult result = sender.send(Senders.request(receiver.url("hook.test")));

            assertThat(result.error()).isEqualTo(SendError.CONNECTION);
            assertThat(result.status()).isNull();
            assertThat(receiver.connections()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 100\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n64\r\nabc"})
    void send_hangUpInsideBody_isConnectionWithStatusAndBodySoFar(String rest) throws IOException {
        try (Receiver receiver = Receiver.talking((self, socket) -> {
                    Receiver.read(socket.getInputStream());
                    socket.getOutputStream().write(("HTTP/1.1 200 OK\r\n" + rest).getBytes(ISO_8859_1));
                });
                Sender sender = Senders.sender()) {
            SendResult result = sender.send(Senders.request(receiver.url("hook.test")));

            assertThat(result.error()).isEqualTo(SendError.CONNECTION);
            assertThat(result.delivered()).isFalse();
            assertThat(result.status()).isEqualTo(200);
            assertThat(result.responseBody()).isEqualTo("abc");
        }
    }

    @Test
    void send_interimResponses_areSkipped() throws IOException {
        try (Receiver receiver = Receiver.answering(
                        "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Hints\r\n\r\n" + Receiver.ok("x"));
                Sender sender = Senders.sender()) {
            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void send_portWithoutListener_isConnection() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = free.getLocalPort();
        }
        try (Sender sender = Senders.sender()) {
            assertThat(sender.send(Senders.request(URI.create("http://hook.test:" + port + "/")))
                            .error())
                    .isEqualTo(SendError.CONNECTION);
        }
    }

    @Test
    void send_secondRequest_usesTheKeptConnection() throws IOException {
        List<String> asked = new ArrayList<>();
        try (Receiver receiver = Receiver.answering(Receiver.ok("x"));
                Sender sender = Senders.sender(host -> {
                    asked.add(host);
                    return Senders.addresses("127.0.0.1");
                })) {
            sender.send(Senders.request(receiver.url("hook.test")));
            sender.send(Senders.request(receiver.url("hook.test")));

            assertThat(receiver.requests()).hasSize(2);
            assertThat(receiver.connections()).isEqualTo(1);
            assertThat(asked).containsExactly("hook.test");
        }
    }

    /** The second request meets the end of the kept connection, on each one. */
    @Test
    void send_keptConnectionIsGone_isDeliveredOnANewOneWithinTheAttempt() throws IOException {
        try (Receiver receiver = Receiver.talking((self, socket) -> {
                    Receiver.read(socket.getInputStream());
                    socket.getOutputStream().write(Receiver.ok("x").getBytes(ISO_8859_1));
                    Receiver.read(socket.getInputStream());
                });
                Sender sender = Senders.sender()) {
            for (int i = 1; i <= 3; i++) {
                SendResult result = sender.send(Senders.request(receiver.url("hook.test")));

                assertThat(result.error()).as("event %d", i).isNull();
                assertThat(result.responseBody()).isEqualTo("x");
            }
            assertThat(receiver.connections()).isEqualTo(3);
        }
    }

    @Test
    void send_keptConnectionIsGoneAndTheNewOneToo_isConnectionAfterOneMore() throws IOException {
        AtomicInteger connections = new AtomicInteger();
        try (Receiver receiver = Receiver.talking((self, socket) -> {
                    Receiver.read(socket.getInputStream());
                    if (connections.getAndIncrement() == 0) {
                        socket.getOutputStream().write(Receiver.ok("x").getBytes(ISO_8859_1));
                        Receiver.read(socket.getInputStream());
                    }
                });
                Sender sender = Senders.sender()) {
            sender.send(Senders.request(receiver.url("hook.test")));

            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).error())
                    .isEqualTo(SendError.CONNECTION);
            assertThat(receiver.connections()).isEqualTo(2);
        }
    }

    /** Behind an interim response the end of the connection looks the same to the client. */
    @Test
    void send_keptConnectionEndsInsideTheAnswer_isNotSentAgain() throws IOException {
        try (Receiver receiver = Receiver.talking((self, socket) -> {
                    Receiver.read(socket.getInputStream());
                    socket.getOutputStream().write(Receiver.ok("x").getBytes(ISO_8859_1));
                    Receiver.read(socket.getInputStream());
                    socket.getOutputStream().write("HTTP/1.1 102 Processing\r\n\r\n".getBytes(ISO_8859_1));
                });
                Sender sender = Senders.sender()) {
            sender.send(Senders.request(receiver.url("hook.test")));

            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).error())
                    .isEqualTo(SendError.CONNECTION);
            assertThat(receiver.connections()).isEqualTo(1);
        }
    }

    /** Bytes that a receiver sends unasked on a kept connection belong to no delivery. */
    @Test
    void send_receiverAnswersTwice_nextDeliveryHasItsOwnAnswer() throws IOException {
        AtomicInteger connections = new AtomicInteger();
        try (Receiver receiver = Receiver.talking((self, socket) -> {
                    boolean isFirst = connections.getAndIncrement() == 0;
                    while (Receiver.read(socket.getInputStream()) != null) {
                        String answer = isFirst ? Receiver.ok("first") + Receiver.ok("early") : Receiver.ok("second");
                        socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
                    }
                });
                Sender sender = Senders.sender()) {
            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).responseBody())
                    .isEqualTo("first");
            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).responseBody())
                    .isEqualTo("second");
        }
    }

    @Test
    void send_anotherWorkspaceToTheSameHost_usesAnotherConnection() throws IOException {
        try (Receiver receiver = Receiver.answering(Receiver.ok("x"));
                Sender sender = Senders.sender()) {
            sender.send(Senders.request(receiver.url("hook.test")));
            sender.send(new SendRequest(
                    new Id(IdKind.WORKSPACE, 1, 2), receiver.url("hook.test"), Map.of(), new byte[0], Senders.NOW));

            assertThat(receiver.requests()).hasSize(2);
            assertThat(receiver.connections()).isEqualTo(2);
        }
    }

    /** Each of them costs a connection and no thread. */
    @Test
    void send_manyReceiversThatHang_haveNoThreadEachAndHoldUpNobody() throws Exception {
        CountDownLatch allThere = new CountDownLatch(HANGING);
        CountDownLatch answered = new CountDownLatch(HANGING);
        try (ManyConnections hanging = ManyConnections.accepting(allThere::countDown);
                Receiver quick = Receiver.answering(Receiver.ok("x"));
                Sender sender = Senders.sender(Senders.ALWAYS_127_0_0_1, PATIENT, SSLContexts.createDefault())) {
            int before = Thread.activeCount();
            for (int i = 0; i < HANGING; i++) {
                sender.send(Senders.request(hanging.url("hook.test")), result -> {
                    if (result.delivered()) {
                        answered.countDown();
                    }
                });
            }
            assertThat(allThere.await(60, TimeUnit.SECONDS)).isTrue();

            assertThat(sender.send(Senders.request(quick.url("hook.test"))).delivered())
                    .isTrue();
            assertThat(Thread.activeCount() - before).isLessThan(HANGING / 4);
            hanging.answerAll();
            assertThat(answered.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void send_from32Threads_deliversEachOnce() throws Exception {
        int threads = 32;
        int each = 20;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try (Receiver receiver = Receiver.answering((request, out) ->
                        out.write(Receiver.ok(new String(request.body(), UTF_8)).getBytes(ISO_8859_1)));
                Sender sender = Senders.sender()) {
            List<Future<List<String>>> running = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int own = thread;
                running.add(pool.submit(() -> sendMany(sender, receiver, own, each)));
            }
            for (int thread = 0; thread < threads; thread++) {
                List<String> bodies = running.get(thread).get();
                for (int i = 0; i < each; i++) {
                    assertThat(bodies.get(i)).isEqualTo(thread + "-" + i);
                }
            }
            assertThat(receiver.requests()).hasSize(threads * each);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void send_systemProxies_areIgnored() throws IOException {
        List<String> names = List.of(
                "socksProxyHost",
                "socksProxyPort",
                "socksNonProxyHosts",
                "http.proxyHost",
                "http.proxyPort",
                "http.nonProxyHosts");
        Map<String, String> before = new HashMap<>();
        names.forEach(name -> before.put(name, System.getProperty(name)));
        try (Receiver proxy = Receiver.answering(Receiver.ok("proxy"));
                Receiver receiver = Receiver.answering(Receiver.ok("receiver"));
                Sender sender = Senders.sender()) {
            System.setProperty("socksProxyHost", "127.0.0.1");
            System.setProperty("socksProxyPort", Integer.toString(proxy.port()));
            // Empty, for unset it would exempt loopback and the test would prove nothing.
            System.setProperty("socksNonProxyHosts", "");
            System.setProperty("http.proxyHost", "127.0.0.1");
            System.setProperty("http.proxyPort", Integer.toString(proxy.port()));
            System.setProperty("http.nonProxyHosts", "");

            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).responseBody())
                    .isEqualTo("receiver");
            assertThat(proxy.connections()).isZero();
        } finally {
            before.forEach((name, value) -> {
                if (value == null) {
                    System.clearProperty(name);
                } else {
                    System.setProperty(name, value);
                }
            });
        }
    }

    @Test
    void send_afterClose_isConnection() throws IOException {
        try (Receiver receiver = Receiver.answering(Receiver.ok(""))) {
            Sender sender = Senders.sender();
            sender.close();

            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).error())
                    .isEqualTo(SendError.CONNECTION);
        }
    }

    @Test
    void request_headersChangedLater_areNotSeen() {
        SendRequest request = Senders.request(URI.create("http://hook.test/"));

        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> request.headers().clear());
    }

    private static List<String> sendMany(Sender sender, Receiver receiver, int thread, int count) {
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SendRequest request =
                    Senders.request(receiver.url("hook" + thread % 8 + ".test"), (thread + "-" + i).getBytes(UTF_8));
            bodies.add(sender.send(request).responseBody());
        }
        return bodies;
    }
}
