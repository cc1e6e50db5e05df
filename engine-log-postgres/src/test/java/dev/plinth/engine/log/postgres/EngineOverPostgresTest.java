package dev.plinth.engine.log.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.NodeRole;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.GraceTimes;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.log.postgres.server.Pair;
import dev.plinth.engine.log.postgres.server.Patience;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests an engine that keeps everything in the database. */
final class EngineOverPostgresTest {
    private final Pair servers = Pair.shared();

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

    @Test
    void close_whileAChangeWaitsForTheStandby_endsAndLosesNothingAcknowledged() {
        Engine leader = builder("close")
                .grace(new GraceTimes(Duration.ofSeconds(1), Duration.ofSeconds(8)))
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
        try (Engine next = builder("close").open()) {
            Patience.until(() -> next.role() == NodeRole.LEADER);
            assertThat(post(next, key).text()).isEqualTo(made);
            assertThat(next.call(create(key, "k2")).header("Idempotent-Replayed"))
                    .isEqualTo("true");
        }
    }

    private EngineBuilder builder() {
        DataSource dataSource = servers.primary().source();
        Path secretKeyFile = directory.resolve("secret.key");
        return Engine.builder().log(PostgresLog.of(dataSource).cell("orders")).secretKeyFile(secretKeyFile);
    }

    /** Returns the same with a cell of its own, since each test has another key file. */
    private EngineBuilder builder(String cell) {
        DataSource source = servers.primary().source();
        return Engine.builder().log(PostgresLog.of(source).cell(cell)).secretKeyFile(directory.resolve("secret.key"));
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
