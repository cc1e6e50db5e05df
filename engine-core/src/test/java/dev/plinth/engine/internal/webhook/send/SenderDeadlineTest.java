package dev.plinth.engine.internal.webhook.send;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Plays receivers that would hold a sender for ever, each in another phase.
 *
 * <p>They drip: a byte every few milliseconds satisfies every timeout that is per read, so only an absolute deadline ends
 * these tests.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SenderDeadlineTest {
    private static final int DRIP_MILLIS = 10;

    private final CountDownLatch over = new CountDownLatch(1);

    @AfterEach
    void release() {
        over.countDown();
    }

    @ParameterizedTest
    @CsvSource({
        "'HTTP/1.1 200 O', K, ",
        "'HTTP/1.1 200 OK\r\nX: ', a, ",
        "'HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n', b, 200",
        "'HTTP/1.1 500 No\r\n\r\n', b, 500",
        "'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7000\r\n', b, 200",
        "'', 'HTTP/1.1 102 Processing\r\n\r\n', "
    })
    void send_drippingReceiver_endsAtTheDeadline(String start, String drop, Integer status) throws IOException {
        try (Receiver receiver = Receiver.talking((self, socket) -> {
                    Receiver.read(socket.getInputStream());
                    socket.getOutputStream().write(start.getBytes(ISO_8859_1));
                    drip(socket, drop);
                });
                Sender sender = Senders.hurried()) {
            SendResult result = sender.send(Senders.request(receiver.url("hook.test")));

            assertThat(result.error()).isEqualTo(SendError.TIMEOUT);
            assertThat(result.delivered()).isFalse();
            assertThat(result.status()).isEqualTo(status);
        }
    }

    @Test
    void send_silentReceiver_isTimeout() throws IOException {
        try (Receiver receiver = Receiver.talking((self, socket) -> awaitEnd());
                Sender sender = Senders.hurried()) {
            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).error())
                    .isEqualTo(SendError.TIMEOUT);
        }
    }

    @Test
    void send_receiverThatNeverReads_isTimeout() throws IOException {
        byte[] moreThanBuffersHold = new byte[32 * 1024 * 1024];
        try (Receiver receiver = Receiver.talking((self, socket) -> awaitEnd());
                Sender sender = Senders.hurried()) {
            assertThat(sender.send(Senders.request(receiver.url("hook.test"), moreThanBuffersHold))
                            .error())
                    .isEqualTo(SendError.TIMEOUT);
        }
    }

    @Test
    void send_silentTlsReceiver_isTimeout() throws IOException {
        try (Receiver receiver = Receiver.talking((self, socket) -> awaitEnd());
                Sender sender = Senders.hurried()) {
            assertThat(sender.send(Senders.request(receiver.httpsUrl("hook.test")))
                            .error())
                    .isEqualTo(SendError.TIMEOUT);
        }
    }

    @Test
    void send_drippingTlsHandshake_isTimeoutAndEndsTheConnection() throws Exception {
        CompletableFuture<IOException> ended = new CompletableFuture<>();
        try (Receiver receiver = Receiver.talking((self, socket) -> {
                    // The head of a handshake record of 16,000 bytes, then those, one by one.
                    socket.getOutputStream().write(new byte[] {0x16, 0x03, 0x03, 0x3E, (byte) 0x80});
                    try {
                        drip(socket, "\u0002");
                    } catch (IOException cut) {
                        ended.complete(cut);
                    }
                });
                Sender sender = Senders.hurried()) {
            assertThat(sender.send(Senders.request(receiver.httpsUrl("hook.test")))
                            .error())
                    .isEqualTo(SendError.TIMEOUT);
            assertThat(ended.get(30, TimeUnit.SECONDS)).isNotNull();
        }
    }

    @Test
    void send_tlsReceiverThatStopsReading_neitherHoldsTheAttemptNorTheTimer(@TempDir Path folder) throws Exception {
        TestCertificate certificate = TestCertificate.make(folder, "hook.test");
        byte[] moreThanBuffersHold = new byte[32 * 1024 * 1024];
        SendLimits limits = new SendLimits(500, 1_500);
        try (Receiver receiver = Receiver.talking((self, plain) -> {
                    try (Socket socket = certificate.server().getSocketFactory().createSocket(plain, null, true)) {
                        socket.getInputStream().read();
                        awaitEnd();
                    }
                });
                Sender sender = Senders.sender(Senders.ALWAYS_127_0_0_1, limits, certificate.client())) {
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThat(sender.send(Senders.request(receiver.httpsUrl("hook.test"), moreThanBuffersHold))
                                .error())
                        .isEqualTo(SendError.TIMEOUT);
            }
        }
    }

    @Test
    void close_whileAnAttemptIsUnderWay_endsItAsConnection() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        try (Receiver receiver = Receiver.answering((request, out) -> {
            busy.countDown();
            awaitEnd();
        })) {
            Sender sender = Senders.sender();
            CompletableFuture<SendResult> running =
                    CompletableFuture.supplyAsync(() -> sender.send(Senders.request(receiver.url("hook.test"))));
            busy.await();

            sender.close();

            assertThat(running.get().error()).isEqualTo(SendError.CONNECTION);
        }
    }

    private void drip(Socket socket, String drop) throws IOException {
        while (!isOver(DRIP_MILLIS)) {
            socket.getOutputStream().write(drop.getBytes(ISO_8859_1));
        }
    }

    private void awaitEnd() {
        while (!isOver(1_000)) {
            Thread.onSpinWait();
        }
    }

    private boolean isOver(int millis) {
        try {
            return over.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            return true;
        }
    }
}
