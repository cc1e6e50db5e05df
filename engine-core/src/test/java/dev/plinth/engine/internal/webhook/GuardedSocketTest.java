package dev.plinth.engine.internal.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/** Shows the last line of defence alone: a blocked address is not dialled, whoever asks. */
class GuardedSocketTest {
    @Test
    void connect_blockedAddress_isNeverDialled() throws IOException {
        try (Receiver receiver = Receiver.answering(Receiver.ok(""));
                Socket socket = new GuardedSocket(Senders.guard("127.0.0.2/32"))) {
            assertThatExceptionOfType(ForbiddenAddressException.class)
                    .isThrownBy(() -> socket.connect(new InetSocketAddress("127.0.0.1", receiver.port()), 1_000));

            assertThat(socket.isConnected()).isFalse();
        }
    }

    @Test
    void connect_nameNotYetResolved_isRefused() throws IOException {
        try (Socket socket = new GuardedSocket(Senders.ONLY_127_0_0_1)) {
            assertThatExceptionOfType(ForbiddenAddressException.class)
                    .isThrownBy(() -> socket.connect(InetSocketAddress.createUnresolved("127.0.0.1", 9), 1_000));
        }
    }

    @Test
    void connect_allowedAddress_connects() throws IOException {
        try (Receiver receiver = Receiver.answering(Receiver.ok(""));
                Socket socket = new GuardedSocket(Senders.ONLY_127_0_0_1)) {
            socket.connect(new InetSocketAddress("127.0.0.1", receiver.port()), 1_000);

            assertThat(socket.getInetAddress()).isEqualTo(Senders.address("127.0.0.1"));
        }
    }
}
