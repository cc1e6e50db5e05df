package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.program.Main;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Connections that do nothing, from many addresses and more than a port has places, keep out no newcomer and no caller that works. */
@Timeout(300)
@Tag("slow")
class CrowdIT {
    private static final int NEWCOMERS = 40;

    private final List<SocketChannel> crowd = new ArrayList<>();

    @TempDir
    private Path directory;

    private ServedProcess server;

    @BeforeEach
    void start() throws IOException {
        server = new ServedProcess(
                directory.resolve("err"),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--port=0",
                "--memory",
                "--limit-loopback");
    }

    @AfterEach
    void stop() throws IOException {
        for (SocketChannel each : crowd) {
            each.close();
        }
        server.close();
    }

    private int port() {
        return URI.create(server.base()).getPort();
    }

    private static InetAddress address(int number) throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 1, (byte) (number / 200), (byte) (1 + number % 200)});
    }

    @ParameterizedTest
    @CsvSource({"42, 250", "400, 26"})
    void idleConnections_ofManyAddresses_keepOutNoNewcomer(int addresses, int ofEach) throws IOException {
        InetAddress honest = InetAddress.getByAddress(new byte[] {127, 9, 9, 9});
        String call = "GET /v1/workspace HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + server.key() + "\r\n\r\n";
        String stream =
                "GET /v1/events/stream HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + server.key() + "\r\n\r\n";
        try (RawClient follower = new RawClient(port(), honest);
                RawClient kept = new RawClient(port(), honest)) {
            assertThat(follower.send(stream).read("HEAD").status()).isEqualTo(200);
            assertThat(kept.send(call).read().status()).isEqualTo(200);
            for (int i = 0; i < addresses * ofEach; i++) {
                SocketChannel each = SocketChannel.open();
                crowd.add(each);
                each.bind(new InetSocketAddress(address(i % addresses), 0));
                each.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()));
            }

            for (int i = 0; i < NEWCOMERS; i++) {
                try (RawClient newcomer = new RawClient(port(), honest)) {
                    assertThat(newcomer.send(call).read().status()).isEqualTo(200);
                }
            }
            assertThat(kept.send(call).read().status())
                    .as("a connection of an address with few")
                    .isEqualTo(200);
            assertThat(follower.isAtEnd()).as("the stream has ended").isFalse();
        }
        assertThat(server.said()).doesNotContain("OutOfMemoryError");
    }
}
