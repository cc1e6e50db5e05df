package dev.plinth.engine.internal.webhook.send;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.apache.hc.core5.ssl.SSLContexts;

/** Senders that may reach 127.0.0.1 and nothing else, for tests. */
final class Senders {
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 1, 1);
    static final AddressFilter ONLY_127_0_0_1 = filter("127.0.0.1/32");
    static final SendLimits HURRIED = new SendLimits(1_000, 3_000);
    static final Resolver ALWAYS_127_0_0_1 = host -> addresses("127.0.0.1");

    private Senders() {}

    static Sender sender() {
        return sender(ALWAYS_127_0_0_1);
    }

    static Sender sender(Resolver resolver) {
        return sender(resolver, SendLimits.STANDARD, SSLContexts.createDefault());
    }

    static Sender hurried() {
        return sender(ALWAYS_127_0_0_1, HURRIED, SSLContexts.createDefault());
    }

    static Sender sender(Resolver resolver, SendLimits limits, SSLContext tls) {
        return new Sender(ONLY_127_0_0_1, resolver, limits, tls, "Plinth-Webhooks/1.2.3");
    }

    static AddressFilter filter(String... ranges) {
        return new AddressFilter(List.of(ranges), address -> false);
    }

    static SendRequest request(URI url) {
        return request(url, "{\"id\":\"evt_01\"}".getBytes(StandardCharsets.UTF_8));
    }

    static SendRequest request(URI url, byte[] body) {
        return new SendRequest(WORKSPACE, url, Map.of("webhook-id", "evt_01"), body, NOW);
    }

    static InetAddress address(String literal) {
        return AddressLiteral.v4(literal).or(() -> AddressLiteral.v6(literal)).orElseThrow();
    }

    static InetAddress[] addresses(String... literals) throws UnknownHostException {
        return List.of(literals).stream().map(Senders::address).toArray(InetAddress[]::new);
    }
}
