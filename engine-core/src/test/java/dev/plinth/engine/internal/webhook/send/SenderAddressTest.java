package dev.plinth.engine.internal.webhook.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.apache.hc.core5.ssl.SSLContexts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plays the name servers and the spellings that would lead a sender astray. */
@Timeout(60)
class SenderAddressTest {
    private static final String CLOSING = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.2", "10.0.0.1", "169.254.169.254", "::1", "fd00::1"})
    void send_blockedAddress_isForbiddenAndNotDialled(String blocked) throws IOException {
        try (Receiver receiver = Receiver.answering(CLOSING);
                Sender sender = Senders.sender(host -> Senders.addresses(blocked))) {
            SendResult result = sender.send(Senders.request(receiver.url("hook.test")));

            assertThat(result.error()).isEqualTo(SendError.FORBIDDEN_ADDRESS);
            assertThat(result.status()).isNull();
            assertThat(receiver.connections()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 127.0.0.2", "127.0.0.2, 127.0.0.1", "127.0.0.1, ::1"})
    void send_mixedAnswers_areForbidden(String first, String second) throws IOException {
        try (Receiver receiver = Receiver.answering(CLOSING);
                Sender sender = Senders.sender(host -> Senders.addresses(first, second))) {
            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).error())
                    .isEqualTo(SendError.FORBIDDEN_ADDRESS);
            assertThat(receiver.connections()).isZero();
        }
    }

    @Test
    void send_rebindingNameServer_isForbiddenFromTheSecondAnswerOn() throws IOException {
        Deque<InetAddress[]> answers = new ArrayDeque<>(List.of(
                Senders.addresses("127.0.0.1"), Senders.addresses("127.0.0.2"), Senders.addresses("127.0.0.1")));
        try (Receiver receiver = Receiver.answering(CLOSING);
                Sender sender = Senders.sender(host -> answers.remove())) {
            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).error())
                    .isNull();
            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).error())
                    .isEqualTo(SendError.FORBIDDEN_ADDRESS);
            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).error())
                    .isNull();
            assertThat(receiver.connections()).isEqualTo(2);
        }
    }

    @Test
    void send_severalAllowedAnswers_triesTheNextWhenOneRefuses() throws IOException {
        try (Receiver receiver = Receiver.answering(CLOSING);
                Sender sender = new Sender(
                        Senders.filter("127.0.0.0/8"),
                        host -> Senders.addresses("127.0.0.2", "127.0.0.1"),
                        SendLimits.STANDARD,
                        SSLContexts.createDefault(),
                        "1")) {
            // The receiver listens on 127.0.0.1 alone.
            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).delivered())
                    .isTrue();
        }
    }

    @Test
    void send_nameWithManyAddresses_triesFourOfThem() throws IOException {
        try (Receiver receiver = Receiver.answering(CLOSING);
                Sender sender = new Sender(
                        Senders.filter("127.0.0.0/8"),
                        host -> Senders.addresses("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.1"),
                        SendLimits.STANDARD,
                        SSLContexts.createDefault(),
                        "1")) {
            assertThat(sender.send(Senders.request(receiver.url("hook.test"))).error())
                    .isEqualTo(SendError.CONNECTION);
            assertThat(receiver.connections()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1",
        "2130706433, 2130706433",
        "127.1, 127.1",
        "0x7f.1, 0x7f.1",
        "[::1], [::1]",
        "[::ffff:127.0.0.1], [::ffff:127.0.0.1]"
    })
    void send_literalAddress_goesThroughTheResolver(String host, String asked) throws IOException {
        List<String> hosts = new CopyOnWriteArrayList<>();
        try (Receiver receiver = Receiver.answering(CLOSING);
                Sender sender = Senders.sender(name -> {
                    hosts.add(name);
                    return Senders.addresses("127.0.0.1");
                })) {
            SendResult result = sender.send(Senders.request(receiver.url(host)));

            assertThat(hosts).containsExactly(asked);
            assertThat(result.delivered()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.2", "2130706434", "127.2", "10.0.0.1", "[::1]", "[::ffff:127.0.0.2]", "0.0.0.0"})
    void send_blockedLiteralWithSystemResolver_isForbidden(String host) throws IOException {
        try (Receiver receiver = Receiver.answering(CLOSING);
                Sender sender = Senders.sender(InetAddress::getAllByName)) {
            assertThat(sender.send(Senders.request(receiver.url(host))).error()).isEqualTo(SendError.FORBIDDEN_ADDRESS);
            assertThat(receiver.connections()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST", "hook.localhost"})
    void send_localhost_isLoopbackWhateverTheResolverSays(String host) throws IOException {
        try (Receiver receiver = Receiver.answering(CLOSING);
                Sender sender = Senders.sender(name -> Senders.addresses("8.8.8.8"))) {
            assertThat(sender.send(Senders.request(receiver.url(host))).delivered())
                    .isTrue();
        }
    }

    @Test
    void send_localhostNotOpened_isForbidden() throws IOException {
        try (Receiver receiver = Receiver.answering(CLOSING);
                Sender sender = Sender.create(Senders.filter(), "1")) {
            assertThat(sender.send(Senders.request(receiver.url("localhost"))).error())
                    .isEqualTo(SendError.FORBIDDEN_ADDRESS);
            assertThat(receiver.connections()).isZero();
        }
    }

    @Test
    void send_unknownHost_isDns() {
        try (Sender sender = Senders.sender(host -> {
            throw new UnknownHostException(host);
        })) {
            assertThat(sender.send(Senders.request(URI.create("http://nowhere.test/")))
                            .error())
                    .isEqualTo(SendError.DNS);
        }
    }

    @Test
    void send_nameWithoutAddress_isDns() {
        try (Sender sender = Senders.sender(host -> new InetAddress[0])) {
            assertThat(sender.send(Senders.request(URI.create("http://nowhere.test/")))
                            .error())
                    .isEqualTo(SendError.DNS);
        }
    }

    @Test
    void send_resolverThatThrowsAnything_isDns() {
        try (Sender sender = Senders.sender(host -> {
            throw new IllegalStateException("broken");
        })) {
            assertThat(sender.send(Senders.request(URI.create("http://nowhere.test/")))
                            .error())
                    .isEqualTo(SendError.DNS);
        }
    }

    @Test
    void send_resolverThatHangs_isDns() {
        CountDownLatch never = new CountDownLatch(1);
        Resolver hanging = host -> {
            // Like the system's resolver, it cannot be interrupted.
            while (never.getCount() > 0) {
                try {
                    never.await();
                } catch (InterruptedException ignored) {
                    continue;
                }
            }
            return Senders.addresses("127.0.0.1");
        };
        try (Sender sender = Senders.sender(hanging, Senders.HURRIED, SSLContexts.createDefault())) {
            assertThat(sender.send(Senders.request(URI.create("http://slow.test/")))
                            .error())
                    .isEqualTo(SendError.DNS);
        } finally {
            never.countDown();
        }
    }
}
