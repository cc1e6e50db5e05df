package dev.plinth.engine.log.postgres;

import static dev.plinth.engine.log.postgres.LogBatches.batch;
import static dev.plinth.engine.log.postgres.LogBatches.follow;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.DataDirectory;
import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.LogTools;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.log.Fate;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.log.postgres.server.Pair;
import dev.plinth.engine.settings.Plan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that the tools read a log to its end, however many batches it has and whatever a leader has named as durable. */
@Timeout(600)
@Tag("portable")
final class PostgresToolsTest {
    private static final Node NODE = new Node("first");
    private static final int BATCHES = 5 * BatchTables.ROWS_MAX / 2;

    private static final Plan PLAN = Plan.perMinute("wide", Plan.REQUESTS_MAX);

    private final Pair servers = Pair.shared();
    private final String name = UUID.randomUUID().toString();

    @TempDir
    private Path base;

    @Test
    void tools_forALogOfManySmallBatches_readItToTheEnd() {
        String key;
        try (Engine engine = builder().log(node()).open()) {
            String workspace =
                    engine.admin().createWorkspace("acme", PLAN.name()).call().id();
            key = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
            for (int i = 1; i <= BATCHES; i++) {
                assertThat(post(engine, key, i).status()).isEqualTo(201);
            }
        }
        String end;
        try (PostgresLog log = reader()) {
            end = servers.query("select max(last) from plinth_log_" + log.cell() + "_0");
            // A leader that is killed has not named its last batch.
            servers.query("select setval('plinth_durable_" + log.cell() + "', " + end + " - 1)");

            assertThat(LogTools.verify(log).lines()).last().isEqualTo("whole: all records up to " + end);
        }

        try (PostgresLog log = reader()) {
            StoreReport exported = LogTools.exportDirectory(builder().directory(base.resolve("back")), log);

            assertThat(exported.lines().get(0)).contains("all records up to " + end + " to");
        }
        assertThat(DataDirectory.verify(base.resolve("back")).isWhole()).isTrue();
        try (Engine engine = builder().directory(base.resolve("back")).open()) {
            Reply again = post(engine, key, BATCHES);
            assertThat(again.status()).isEqualTo(201);
            assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        }
    }

    @Test
    void follow_ofALogThatWasOpenedToBeRead_goesBehindTheNamedPosition() throws IOException {
        try (PostgresLog log = node();
                PostgresLog other = node()) {
            Reign reign = log.reign(NODE).orElseThrow();
            assertThat(log.append(reign, batch(reign, 1))).isEqualTo(Fate.DURABLE);
            assertThat(log.append(reign, batch(reign, 2))).isEqualTo(Fate.DURABLE);

            assertThat(follow(other)).containsExactly(1L);
            try (SharedLog reader = reader()) {
                assertThat(follow(reader)).containsExactly(1L, 2L);
            }
        }
    }

    @Test
    void resign_rightAfterABeat_leavesTheLastBatchNamed() throws IOException {
        try (PostgresLog log = node();
                PostgresLog other = node()) {
            Reign reign = log.reign(NODE).orElseThrow();
            for (long position = 1; position <= 10; position++) {
                assertThat(log.append(reign, batch(reign, position))).isEqualTo(Fate.DURABLE);
            }
            for (long position = 1; position <= 10; position++) {
                assertThat(log.beat(reign, position)).isTrue();
            }

            log.resign(reign);

            assertThat(follow(other)).hasSize(10);
        }
    }

    private EngineBuilder builder() {
        return Engine.builder().plan(PLAN).secretKeyFile(base.resolve("secret.key"));
    }

    private PostgresLog node() {
        return PostgresLog.of(servers.primary().source()).cell(name);
    }

    private PostgresLog reader() {
        return PostgresLog.of(servers.primary().source()).reader(Optional.of(name));
    }

    private static Reply post(Engine engine, String key, int number) {
        return engine.call(Call.of("POST", "/v1/resources")
                .withKey(key)
                .withHeader("Idempotency-Key", "k" + number)
                .withBody(Json.of("{\"name\":\"n\"}")));
    }
}
