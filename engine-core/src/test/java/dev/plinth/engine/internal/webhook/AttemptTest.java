package dev.plinth.engine.internal.webhook;

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
class AttemptTest {
    @Test
    void completed_afterTheDeadline_keepsNoConnection() throws Exception {
        Kept kept = new Kept();
        List<SendResult> results = new ArrayList<>();
        try (Receiver receiver = Receiver.talking(
                        (self, socket) -> socket.getInputStream().readAllBytes());
                Dialler dialler =
                        new Dialler(Senders.ONLY_127_0_0_1, SendLimits.STANDARD, SSLContexts.createDefault(), "1")) {
            SendRequest request = Senders.request(receiver.url("hook.test"));
            Target target = Target.of(request.url());
            Connected connected = new Connected();
            dialler.dial(target, Senders.address("127.0.0.1"), connected);
            Attempt attempt = new Attempt(request, target, kept, results::add);
            attempt.exchange(KeptConnections.made(connected.session.get(30, TimeUnit.SECONDS)), false);

            attempt.end(SendError.TIMEOUT);
            attempt.completed(true);

            assertThat(kept.connections).isEmpty();
            assertThat(results).singleElement().extracting(SendResult::error).isEqualTo(SendError.TIMEOUT);
        }
    }

    private static final class Kept implements Attempt.Route {
        private final List<KeptConnections.Connection> connections = new ArrayList<>();

        @Override
        public void dial(Attempt attempt) {
            throw new AssertionError("Expected one connection.");
        }

        @Override
        public void keep(Attempt attempt, KeptConnections.Connection connection) {
            connections.add(connection);
        }

        @Override
        public void ended(Attempt attempt) {
            assertThat(attempt.isOver()).isTrue();
        }
    }

    private static final class Connected implements Dialler.Answer {
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
