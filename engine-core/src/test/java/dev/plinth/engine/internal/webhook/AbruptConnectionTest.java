package dev.plinth.engine.internal.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.io.CloseMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shows that no way of closing writes or waits: the other end sees a reset, not an orderly end. */
@Timeout(60)
class AbruptConnectionTest {
    @ParameterizedTest
    @EnumSource(CloseMode.class)
    void close_anyMode_resets(CloseMode mode) throws Exception {
        assertReset(connection -> connection.close(mode));
    }

    @Test
    void close_withoutMode_resets() throws Exception {
        assertReset(AbruptConnection::close);
    }

    private static void assertReset(Consumer<AbruptConnection> close) throws Exception {
        CompletableFuture<Integer> end = new CompletableFuture<>();
        try (Receiver receiver = Receiver.talking((self, socket) -> {
                    try {
                        end.complete(socket.getInputStream().read());
                    } catch (IOException e) {
                        end.completeExceptionally(e);
                    }
                });
                Socket socket = new GuardedSocket(Senders.ONLY_127_0_0_1)) {
            socket.connect(new InetSocketAddress("127.0.0.1", receiver.port()), 5_000);
            AbruptConnection connection = new AbruptConnection("test", Http1Config.DEFAULT);
            connection.bind(socket);

            close.accept(connection);

            assertThat(socket.isClosed()).isTrue();
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> end.get(30, TimeUnit.SECONDS))
                    .withCauseInstanceOf(SocketException.class);
        }
    }
}
