package dev.plinth.engine.log.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.log.postgres.server.Pair;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests an engine that keeps everything in the database. */
final class EngineOverPostgresTest {
    private final DataSource dataSource = Pair.shared().primary().source();

    @TempDir
    private Path directory;

    @Test
    void engine_openedAgainOnAnotherMachine_hasEverythingAndRepeatsNothing() {
        String key;
        String made;
        try (Engine engine = builder().open()) {
            String workspace =
                    engine.admin().createWorkspace("acme", "pro").call().id();
            key = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
            Reply reply = post(engine, key);
            assertThat(reply.status()).isEqualTo(201);
            made = reply.text();
        }

        try (Engine engine = builder().open()) {
            Reply again = post(engine, key);

            assertThat(again.text()).isEqualTo(made);
            assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        }
    }

    private EngineBuilder builder() {
        Path secretKeyFile = directory.resolve("secret.key");
        return Engine.builder().log(PostgresLog.of(dataSource).cell("orders")).secretKeyFile(secretKeyFile);
    }

    private static Reply post(Engine engine, String key) {
        return engine.call(Call.of("POST", "/v1/resources")
                .withKey(key)
                .withHeader("Idempotency-Key", "k1")
                .withBody(Json.of("{\"name\":\"n\"}")));
    }
}
