package dev.plinth.engine.log.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.log.postgres.server.Pair;
import dev.plinth.engine.log.postgres.server.Patience;
import dev.plinth.engine.settings.GraceTimes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** Tests an engine that keeps everything in the database. */
final class EngineOverPostgresTest {
    /** The same in each run of a test, since a second try meets the rows of the first. */
    private static final Path KEY = key();

    private final Pair servers = Pair.shared();

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

    @Test
    void close_whileAChangeWaitsForTheStandby_endsAndLosesNothingAcknowledged() {
        Engine leader = builder()
                .grace(new GraceTimes(Duration.ofSeconds(1), Duration.ofSeconds(12)))
                .open();
        String workspace = leader.admin().createWorkspace("acme", "pro").call().id();
        String key = leader.admin().createKey(workspace, "k").call().secret().orElseThrow();
        String made = post(leader, key).text();
        servers.standby().stop();
        try {
            CompletableFuture<Reply> waiting = leader.submit(create(key, "k2"));
            Patience.until(
                    () -> !servers.query("select pid from pg_stat_activity where wait_event = 'SyncRep' and query"
                                    + " like 'insert into plinth_log%'")
                            .isEmpty());

            leader.close();

            assertThat(waiting.join().text()).contains("\"code\":\"outcome_unknown\"");
        } finally {
            servers.standby().start();
        }
        try (Engine next = builder().open()) {
            Patience.until(() -> next.role() == NodeRole.LEADER);
            assertThat(post(next, key).text()).isEqualTo(made);
            assertThat(next.call(create(key, "k2")).header("Idempotent-Replayed"))
                    .isEqualTo("true");
        }
    }

    private EngineBuilder builder() {
        DataSource dataSource = servers.primary().source();
        Path secretKeyFile = KEY;
        return Engine.builder().log(PostgresLog.of(dataSource).cell("orders")).secretKeyFile(secretKeyFile);
    }

    private static Path key() {
        try {
            Path file = Files.write(Files.createTempFile("plinth", ".key"), new byte[] {
                1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
                29, 30, 31, 32
            });
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Reply post(Engine engine, String key) {
        return engine.call(create(key, "k1"));
    }

    private static Call create(String key, String idempotencyKey) {
        return Call.of("POST", "/v1/resources")
                .withKey(key)
                .withHeader("Idempotency-Key", idempotencyKey)
                .withBody(Json.of("{\"name\":\"n\"}"));
    }
}
