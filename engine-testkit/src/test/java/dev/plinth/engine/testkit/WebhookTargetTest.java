package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.settings.ManualClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An engine whose host has allowed no private range calls nobody in one. */
final class WebhookTargetTest {
    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2025-01-01T00:00:00Z"));
    private final Engine engine = Engine.builder().clock(clock).open();
    private final WebhookSink sink = WebhookSink.open();
    private PlinthClient client;

    @BeforeEach
    void open() {
        Workspace workspace = engine.admin().createWorkspace("Acme", "starter").call();
        ApiKey key = engine.admin().createKey(workspace.id(), "backend").call();
        client = engine.client(key.secret().orElseThrow());
    }

    @AfterEach
    void close() {
        engine.close();
        sink.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "2130706433",
                "0x7f000001",
                "0177.0.0.1",
                "127.1",
                "[::ffff:127.0.0.1]",
                "10.0.0.1",
                "localhost"
            })
    void endpoint_onAnAddressInAForbiddenRange_isRefusedInEverySpelling(String host) {
        assertThatExceptionOfType(PlinthException.class)
                .isThrownBy(() -> client.createWebhook("http://" + host + ":" + port() + "/webhooks")
                        .call())
                .satisfies(refused -> assertThat(refused.status()).isEqualTo(422));
        client.resources().create("R").call();
        clock.advance(Duration.ofDays(1));
        assertThat(sink.received()).isEmpty();
    }

    private int port() {
        return sink.uri().getPort();
    }
}
