package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.settings.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A key tells when it was last used (contract §10), for whoever looks for keys that nobody needs. */
final class KeyLastUseTest {
    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2025-01-01T00:00:00Z"));
    private final Engine engine = Engine.builder().clock(clock).open();
    private String looking = "";
    private String usedId = "";
    private String usedSecret = "";

    @BeforeEach
    void createKeys() {
        String workspace = engine.admin().createWorkspace("acme", "pro").call().id();
        looking = engine.admin().createKey(workspace, "looking").call().secret().orElseThrow();
        ApiKey used = engine.admin().createKey(workspace, "used").call();
        usedId = used.id();
        usedSecret = used.secret().orElseThrow();
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void key_neverUsed_tellsNothing() {
        assertThat(shown()).doesNotContain("lastUsedAt");
    }

    @Test
    void key_used_tellsWhenLast() {
        use();
        clock.advance(Duration.ofHours(1));
        use();
        clock.advance(Duration.ofHours(1));

        assertThat(shown()).contains("\"lastUsedAt\":\"2025-01-01T01:00:00.000Z\"");
        assertThat(engine.call(Call.of("GET", "/v1/keys").withKey(looking)).text())
                .contains("2025-01-01T01:00:00.000Z", "2025-01-01T02:00:00.000Z");
    }

    @Test
    void key_usedAndShownByOtherCalls_tellsWhenLast() {
        use();

        String key = "/v1/keys/" + usedId;
        for (Call call : List.of(
                Call.of("PATCH", key).withBody(Json.of("{\"name\":\"renamed\"}")),
                Call.of("POST", key + "/rotate"),
                Call.of("DELETE", key),
                Call.of("DELETE", key))) {
            assertThat(engine.call(call.withKey(looking)).text())
                    .as("%s", call.method())
                    .contains("\"lastUsedAt\":\"2025-01-01T00:00:00.000Z\"");
        }
        assertThat(engine.call(Call.of("GET", "/v1/events?type=key.revoked").withKey(looking))
                        .text())
                .contains("\"lastUsedAt\":\"2025-01-01T00:00:00.000Z\"");
    }

    @Test
    void lastUse_engineClosedAndOpenedAgain_isStillKnown(@TempDir Path directory) {
        String workspace;
        ApiKey key;
        try (Engine first = Engine.builder().directory(directory).clock(clock).open()) {
            workspace = first.admin().createWorkspace("acme", "pro").call().id();
            key = first.admin().createKey(workspace, "used").call();
            first.client(key.secret().orElseThrow()).workspace().call();
            clock.advance(Duration.ofSeconds(90));
            first.client(key.secret().orElseThrow()).workspace().call();
        }
        clock.advance(Duration.ofHours(1));

        try (Engine second = Engine.builder().directory(directory).clock(clock).open()) {
            ApiKey other = second.admin().createKey(workspace, "looking").call();
            Call get = Call.of("GET", "/v1/keys/" + key.id());
            assertThat(second.call(get.withKey(other.secret().orElseThrow())).text())
                    .contains("\"lastUsedAt\":\"2025-01-01T00:01:30.000Z\"");
        }
    }

    private void use() {
        engine.client(usedSecret).workspace().call();
    }

    private String shown() {
        return engine.call(Call.of("GET", "/v1/keys/" + usedId).withKey(looking))
                .text();
    }
}
