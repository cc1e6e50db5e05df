package dev.plinth.engine.internal.webhook.send;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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

    /** A receiver that begins an answer and drips the rest; the status as far as the sender can tell. */
    private record Dripping(String start, String drop, Optional<Integer> status) {
        static Dripping of(String start, String drop) {
            return new Dripping(start, drop, Optional.empty());
        }
    }

    /** All at the same time, since each of them takes until the deadline. */
    @Test
    void send_drippingReceivers_endAtTheDeadline() {
        List<CompletableFuture<Void>> all = Stream.of(
                        Dripping.of("HTTP/1.1 200 O", "K"),
                        Dripping.of("HTTP/1.1 200 OK\r\nX: ", "a"),
                        new Dripping("HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n", "b", Optional.of(200)),
                        new Dripping("HTTP/1.1 500 No\r\n\r\n", "b", Optional.of(500)),
                        new Dripping(
                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7000\r\n", "b", Optional.of(200)),
                        Dripping.of("", "HTTP/1.1 102 Processing\r\n\r\n"))
                .map(dripping -> CompletableFuture.runAsync(
                        () -> assertTimeout(dripping), work -> new Thread(work, "sends").start()))
                .toList();

        for (CompletableFuture<Void> each : all) {
            each.join();
        }
    }

    private void assertTimeout(Dripping dripping) {
        try (Receiver receiver = Receiver.talking((self, socket) -> {
                    Receiver.read(socket.getInputStream());
                    socket.getOutputStream().write(dripping.start().getBytes(ISO_8859_1));
                    drip(socket, dripping.drop());
                });
                Sender sender = Senders.hurried()) {
            SendResult result = sender.send(Senders.request(receiver.url("hook.test")));

            assertThat(result.error()).as("%s", dripping).isEqualTo(SendError.TIMEOUT);
            assertThat(result.delivered()).as("%s", dripping).isFalse();
            assertThat(Optional.ofNullable(result.status())).as("%s", dripping).isEqualTo(dripping.status());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
        Patience.until(() -> isOver(1_000));
    }

    private boolean isOver(int millis) {
        try {
            return over.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            return true;
        }
    }
}
