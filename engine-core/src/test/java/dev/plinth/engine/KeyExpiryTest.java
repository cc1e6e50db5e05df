package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.ManualClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The end of a key (contract §10): set, moved, and taken back with null. */
final class KeyExpiryTest {
    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2025-01-01T00:00:00Z"));
    private final Engine engine = Engine.builder().clock(clock).open();
    private final String workspace =
            engine.admin().createWorkspace("acme", "pro").call().id();
    private final ApiKey looking =
            engine.admin().createKey(workspace, "looking").call();
    private final ApiKey ending = engine.admin().createKey(workspace, "ending").call();

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void expiresAt_takenBackWithNull_keyIsValidForEverAgain() {
        assertThat(patch("{\"expiresAt\":\"2025-01-02T00:00:00Z\"}").text())
                .contains("\"expiresAt\":\"2025-01-02T00:00:00.000Z\"");

        Reply taken = patch("{\"expiresAt\":null}");

        assertThat(taken.status()).isEqualTo(200);
        assertThat(taken.text()).doesNotContain("expiresAt").contains("\"status\":\"enabled\"");
        clock.advance(Duration.ofDays(400));
        assertThat(use()).isEqualTo(200);
    }

    @Test
    void expiresAt_passed_keyIsRefusedUntilItIsTakenBack() {
        patch("{\"expiresAt\":\"2025-01-02T00:00:00Z\"}");
        clock.advance(Duration.ofDays(1));
        assertThat(use()).isEqualTo(401);
        assertThat(patch("{\"name\":\"still\"}").text()).contains("\"status\":\"expired\"");

        patch("{\"expiresAt\":null}");

        assertThat(use()).isEqualTo(200);
    }

    private Reply patch(String body) {
        return engine.call(Call.of("PATCH", "/v1/keys/" + ending.id())
                .withKey(looking.secret().orElseThrow())
                .withBody(Json.of(body)));
    }

    private int use() {
        return engine.call(
                        Call.of("GET", "/v1/workspace").withKey(ending.secret().orElseThrow()))
                .status();
    }
}
