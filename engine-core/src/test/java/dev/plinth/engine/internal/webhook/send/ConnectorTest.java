package dev.plinth.engine.internal.webhook.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.ssl.SSLContexts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Shows the last line of defence alone: a blocked address is not dialled, whoever asks. */
@Timeout(60)
class ConnectorTest {
    @Test
    void dial_blockedAddress_isNeverDialled() throws IOException {
        try (Receiver receiver = Receiver.answering(Receiver.ok(""));
                Connector connector = dialler(Senders.filter("127.0.0.2/32"))) {
            Connected answer = new Connected();

            assertThatExceptionOfType(ForbiddenAddressException.class)
                    .isThrownBy(() -> connector.dial(target(receiver), Senders.address("127.0.0.1"), answer));

            assertThat(answer.connection).isNotDone();
            assertThat(receiver.connections()).isZero();
        }
    }

    @Test
    void dial_allowedAddress_connectsToIt() throws Exception {
        try (Receiver receiver = Receiver.answering(Receiver.ok(""));
                Connector connector = dialler(Senders.ONLY_127_0_0_1)) {
            Connected answer = new Connected();

            connector.dial(target(receiver), Senders.address("127.0.0.1"), answer);

            assertThat(answer.get().getRemoteAddress())
                    .isEqualTo(new InetSocketAddress(Senders.address("127.0.0.1"), receiver.port()));
        }
    }

    /** A receiver that has stopped reading cannot hold up what is not written. */
    @Test
    void cut_connection_resetsItWithoutAFarewell() throws Exception {
        CompletableFuture<Integer> end = new CompletableFuture<>();
        try (Receiver receiver = Receiver.talking((self, socket) -> {
                    try {
                        end.complete(socket.getInputStream().read());
                    } catch (IOException e) {
                        end.completeExceptionally(e);
                    }
                });
                Connector connector = dialler(Senders.ONLY_127_0_0_1)) {
            Connected answer = new Connected();
            connector.dial(target(receiver), Senders.address("127.0.0.1"), answer);

            ConnectionPool.made(answer.get()).cut();

            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> end.get(30, TimeUnit.SECONDS))
                    .withCauseInstanceOf(SocketException.class);
        }
    }

    private static WebhookTarget target(Receiver receiver) {
        return WebhookTarget.of(receiver.url("hook.test"));
    }

    private static Connector dialler(AddressFilter filter) {
        return new Connector(filter, SendLimits.STANDARD, SSLContexts.createDefault(), "1");
    }

    private static final class Connected implements Connector.Answer {
        private final CompletableFuture<IOSession> connection = new CompletableFuture<>();

        IOSession get() throws Exception {
            return connection.get(30, TimeUnit.SECONDS);
        }

        @Override
        public void reached(IOSession reached) {
            // The address counts once a request may be sent.
        }

        @Override
        public void connected(IOSession made) {
            connection.complete(made);
        }

        @Override
        public void failed(Exception trouble, boolean inHandshake) {
            connection.completeExceptionally(trouble);
        }
    }
}
