package dev.plinth.engine.internal.webhook.send;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Shows that a receiver must prove that it is the host of the URL, whatever address it was dialled at. */
@Timeout(60)
class SenderTlsTest {
    @TempDir
    static Path folder;

    private static TestCertificate certificate;

    @BeforeAll
    static void makeCertificate() throws Exception {
        certificate = TestCertificate.make(folder, "hook.test");
    }

    @Test
    void send_trustedCertificateOfHost_isDeliveredAndKept() throws IOException {
        try (Receiver receiver = Receiver.answeringTls(certificate.server(), Receiver.ok("x"));
                Sender sender = trusting()) {
            assertThat(sender.send(Senders.request(receiver.httpsUrl("hook.test")))
                            .delivered())
                    .isTrue();
            assertThat(sender.send(Senders.request(receiver.httpsUrl("hook.test")))
                            .delivered())
                    .isTrue();
            assertThat(receiver.connections()).isEqualTo(1);
        }
    }

    @Test
    void send_certificateOfAnotherHost_isTls() throws IOException {
        try (Receiver receiver = Receiver.answeringTls(certificate.server(), Receiver.ok("x"));
                Sender sender = trusting()) {
            assertThat(sender.send(Senders.request(receiver.httpsUrl("other.test")))
                            .error())
                    .isEqualTo(SendError.TLS);
            assertThat(receiver.requests()).isEmpty();
        }
    }

    @Test
    void send_certificateOfNobodyTrusted_isTls() throws IOException {
        try (Receiver receiver = Receiver.answeringTls(certificate.server(), Receiver.ok("x"));
                Sender sender = Senders.sender()) {
            assertThat(sender.send(Senders.request(receiver.httpsUrl("hook.test")))
                            .error())
                    .isEqualTo(SendError.TLS);
            assertThat(receiver.requests()).isEmpty();
        }
    }

    @Test
    void send_tlsToPlainPort_isTls() throws IOException {
        try (Receiver receiver = Receiver.talking((self, socket) -> {
                    socket.getInputStream().read(new byte[512]);
                    socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(ISO_8859_1));
                    socket.shutdownOutput();
                    socket.getInputStream().readAllBytes();
                });
                Sender sender = Senders.sender()) {
            assertThat(sender.send(Senders.request(receiver.httpsUrl("hook.test")))
                            .error())
                    .isEqualTo(SendError.TLS);
        }
    }

    @Test
    void send_plainToTlsPort_isNotDelivered() throws IOException {
        try (Receiver receiver = Receiver.answeringTls(certificate.server(), Receiver.ok("x"));
                Sender sender = Senders.sender()) {
            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).delivered())
                    .isFalse();
        }
    }

    private static Sender trusting() {
        return Senders.sender(Senders.ALWAYS_127_0_0_1, SendLimits.STANDARD, certificate.client());
    }
}
