package dev.plinth.engine.internal.webhook.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.ssl.SSLContexts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Shows what an attempt leaves behind when its deadline and its answer meet. */
@Timeout(60)
class SendAttemptTest {
    @Test
    void completed_afterTheDeadline_keepsNoConnection() throws Exception {
        Kept kept = new Kept();
        List<SendResult> results = new ArrayList<>();
        try (Receiver receiver = Receiver.talking(
                        (self, socket) -> socket.getInputStream().readAllBytes());
                Connector connector =
                        new Connector(Senders.ONLY_127_0_0_1, SendLimits.STANDARD, SSLContexts.createDefault(), "1")) {
            SendRequest request = Senders.request(receiver.url("hook.test"));
            WebhookTarget target = WebhookTarget.of(request.url());
            Connected connected = new Connected();
            connector.dial(target, Senders.address("127.0.0.1"), connected);
            SendAttempt sendAttempt = new SendAttempt(request, target, kept, results::add);
            sendAttempt.exchange(ConnectionPool.made(connected.session.get(30, TimeUnit.SECONDS)), false);

            sendAttempt.end(SendError.TIMEOUT);
            sendAttempt.completed(true);

            assertThat(kept.connections).isEmpty();
            assertThat(results).singleElement().extracting(SendResult::error).isEqualTo(SendError.TIMEOUT);
        }
    }

    private static final class Kept implements SendAttempt.Transport {
        private final List<ConnectionPool.Connection> connections = new ArrayList<>();

        @Override
        public void dial(SendAttempt sendAttempt) {
            throw new AssertionError("Expected one connection.");
        }

        @Override
        public void keep(SendAttempt sendAttempt, ConnectionPool.Connection connection) {
            connections.add(connection);
        }

        @Override
        public void ended(SendAttempt sendAttempt) {
            assertThat(sendAttempt.isOver()).isTrue();
        }
    }

    private static final class Connected implements Connector.Answer {
        private final CompletableFuture<IOSession> session = new CompletableFuture<>();

        @Override
        public void reached(IOSession reached) {
            // The address counts once a request may be sent.
        }

        @Override
        public void connected(IOSession made) {
            session.complete(made);
        }

        @Override
        public void failed(Exception trouble, boolean inHandshake) {
            session.completeExceptionally(new IOException(trouble));
        }
    }
}
