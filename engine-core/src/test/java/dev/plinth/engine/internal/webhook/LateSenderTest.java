package dev.plinth.engine.internal.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.core5.ssl.SSLInitializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shows when a sender is made, and what comes of one that is not. */
@Timeout(60)
class LateSenderTest {
    private final AtomicInteger made = new AtomicInteger();

    @Test
    void send_twice_makesOneSender() throws IOException {
        try (Receiver receiver = Receiver.answering(Receiver.ok(""));
                LateSender sender = late()) {
            assertThat(made).hasValue(0);

            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).delivered())
                    .isTrue();
            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).delivered())
                    .isTrue();
            assertThat(made).hasValue(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void send_afterClose_isConnection(boolean sentBefore) throws IOException {
        try (Receiver receiver = Receiver.answering(Receiver.ok(""))) {
            LateSender sender = late();
            if (sentBefore) {
                assertThat(sender.send(Senders.request(receiver.url("hook.test")))
                                .delivered())
                        .isTrue();
            }
            sender.close();

            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).error())
                    .isEqualTo(SendError.CONNECTION);
        }
    }

    @Test
    void send_noTls_isTlsAndTriedAgain() {
        try (LateSender sender = new LateSender(() -> {
            made.incrementAndGet();
            throw new SSLInitializationException("no TLS", new IOException());
        })) {
            SendRequest request = Senders.request(URI.create("http://hook.test/"));

            assertThat(sender.send(request).error()).isEqualTo(SendError.TLS);
            assertThat(sender.send(request).error()).isEqualTo(SendError.TLS);
            assertThat(made).hasValue(2);
        }
    }

    private LateSender late() {
        return new LateSender(() -> {
            made.incrementAndGet();
            return Senders.sender();
        });
    }
}
