package dev.plinth.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.testkit.PlinthExtension;
import dev.plinth.engine.testkit.PlinthServer;
import dev.plinth.engine.testkit.WebhookSink;
import java.net.URI;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A suite whose application is told address and key before the first test, and keeps them through all of them. */
@ExtendWith(CleanUp.class)
class RegisteredTest {
    @RegisterExtension
    static final PlinthExtension PLINTH = PlinthExtension.builder().plan("pro").build();

    private static final URI TOLD_URI = PLINTH.uri();
    private static final String TOLD_KEY = PLINTH.apiKey();

    @BeforeAll
    static void tell() {
        assertThat(PLINTH.uri()).isEqualTo(TOLD_URI);
    }

    @BeforeEach
    void reset() {
        PLINTH.reset();
    }

    @RepeatedTest(2)
    void application_keepsAddressAndKey_andFindsAnEmptyEngine(PlinthServer server, WebhookSink sink) {
        CleanUp.watch(server, sink);
        assertThat(PLINTH.uri()).isEqualTo(TOLD_URI).isEqualTo(server.uri());
        assertThat(PLINTH.apiKey()).isEqualTo(TOLD_KEY).isNotEqualTo(server.apiKey());
        assertThat(PLINTH.client().resources().list().call().data()).isEmpty();
        PLINTH.engine().client(TOLD_KEY).resources().create("Order 1").call();
        assertThat(PLINTH.client().resources().list().call().data()).hasSize(1);
    }
}
