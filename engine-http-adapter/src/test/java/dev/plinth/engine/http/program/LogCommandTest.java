package dev.plinth.engine.http.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.http.ServedProcess;
import dev.plinth.engine.log.postgres.PostgresLog;
import dev.plinth.engine.log.postgres.server.Pair;
import dev.plinth.engine.log.postgres.server.Patience;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.ParameterException;

/** Tests the commands on a shared log, as an operator calls them, on a real database and real directories. */
@Timeout(300)
@Tag("portable")
final class LogCommandTest {
    private static final String TOKEN = "log-command-token-of-tests";
    private static final int RESOURCES = 20;
    private static final String[] MEMBERS_OF_CELL = {
        "name",
        "id",
        "format",
        "epoch",
        "leader",
        "durable",
        "first",
        "last",
        "batchBytes",
        "snapshotBytes",
        "nodes",
        "snapshots"
    };

    private final Pair servers = Pair.shared();
    private final String url =
            "postgres://plinth@127.0.0.1:" + servers.primary().port() + "/postgres?sslmode=disable";
    private final String cell = UUID.randomUUID().toString();

    @TempDir
    private Path base;

    private String key = "";

    @Test
    void importAndExport_ofADirectory_giveEqualAnswersBehindBoth() {
        write("data");
        String before = answers("data");

        StoreReport imported = run("import", url, path("data"), "--cell", cell, "--tables", "heap");

        assertThat(imported.isWhole()).isTrue();
        assertThat(imported.lines().get(0)).startsWith("imported: all records up to ");
        assertThat(run("verify", url, "--cell", cell).lines())
                .last()
                .asString()
                .startsWith("whole: all records up to ");
        try (Engine engine = overTheLog()) {
            assertThat(answers(engine)).isEqualTo(before);
            assertThat(post(engine, "k-over-the-log").status()).isEqualTo(201);
            before = answers(engine);
            assertThat(status())
                    .contains("cell " + cell + ": format 1, epoch ", "leader: ", "snapshot at record ", "size: ");
        }
        assertThat(status()).contains("leader: none");

        StoreReport exported = run(
                "export",
                url,
                path("back"),
                "--cell",
                cell,
                "--secret-key-file",
                path("data/secret.key"),
                "--tables",
                "heap");

        assertThat(exported.lines().get(0)).startsWith("exported: all records up to ");
        assertThat(StoreCommand.read(List.of("verify", path("back")))
                        .<StoreCommand>getCommand()
                        .run()
                        .isWhole())
                .isTrue();
        assertThat(answers("back")).isEqualTo(before);
        assertThatThrownBy(() -> run("import", url, path("data"), "--cell", cell, "--tables", "heap"))
                .hasMessage("Expected an empty log, but it has records; nothing was imported. Name another cell.");
    }

    @Test
    void import_killedInTheMiddle_leavesTheCellEmptyForTheNextOne() throws Exception {
        write("data");
        PostgresLog.of(servers.primary().source()).cell(cell).close();
        String[] arguments = {"import", url, path("data"), "--cell", cell, "--tables", "heap"};
        try (Connection holder = servers.primary().source().getConnection();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("lock table plinth_snapshot in share mode");
            List<String> command = new ArrayList<>(
                    List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), Words.LOG));
            command.addAll(Arrays.asList(arguments));
            Process importing = ServedProcess.builder(command.toArray(String[]::new))
                    .redirectErrorStream(true)
                    .redirectOutput(base.resolve("out").toFile())
                    .start();
            Patience.until(
                    () -> servers.query("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and"
                                            + " query like '%plinth_snapshot%'")
                                    .equals("1")
                            || !importing.isAlive());
            assertThat(importing.isAlive()).isTrue();
            importing.destroyForcibly().waitFor(); // SIGKILL
            Patience.until(() -> servers.query("select pg_terminate_backend(pid) from pg_stat_activity where"
                            + " wait_event_type = 'Lock' and query like '%plinth_snapshot%'")
                    .isEmpty());
        }

        assertThat(status()).contains("durable: no record").doesNotContain("snapshot at");
        assertThat(run(arguments).isWhole()).isTrue();
        try (Engine engine = overTheLog()) {
            assertThat(answers(engine)).isEqualTo(answers("data"));
        }
    }

    @Test
    @SuppressWarnings("unchecked")
    void status_asJson_tellsThatOfTheText() {
        write("data");
        StoreReport unused = run("import", url, path("data"), "--cell", cell, "--tables", "heap");
        try (Engine engine = overTheLog()) {
            assertThat(post(engine, "k-over-the-log").status()).isEqualTo(201);
            Map<String, Object> told =
                    Json.of(run("status", url, "--json").lines().get(0)).asMap();

            assertThat(told).containsEntry("replica", false).containsKeys("version", "synchronousStandbyNames");
            Map<String, Object> mine = ((List<Map<String, Object>>) told.get("cells"))
                    .stream()
                            .filter(each -> cell.equals(each.get("name")))
                            .findFirst()
                            .orElseThrow();
            assertThat(mine).containsOnlyKeys(MEMBERS_OF_CELL);
            assertThat((Map<String, Object>) mine.get("leader")).containsOnlyKeys("id", "silentMillis", "leaseMillis");
            assertThat((List<Map<String, Object>>) mine.get("nodes"))
                    .singleElement()
                    .satisfies(node -> assertThat(node)
                            .containsOnlyKeys("id", "applied", "behind", "lagMillis", "seenMillis")
                            .containsEntry(
                                    "id", engine.leader().orElseThrow().node().id()));
            assertThat((List<Map<String, Object>>) mine.get("snapshots"))
                    .singleElement()
                    .satisfies(snapshot -> assertThat(snapshot).containsOnlyKeys("position", "bytes", "made"));
        }
    }

    @Test
    void verify_ofADamagedSnapshotAndBatch_namesBoth() throws IOException {
        write("data");
        StoreReport unused = run("import", url, path("data"), "--cell", cell, "--tables", "heap");
        try (Engine engine = overTheLog()) {
            assertThat(post(engine, "k-over-the-log").status()).isEqualTo(201);
        }
        String number = servers.query("select number from plinth_cell where name = '" + cell + "'");
        servers.execute("update plinth_log_" + number + "_0 set frame = set_byte(frame, 30, 255 - get_byte(frame, 30))"
                + " where first = (select min(first) from plinth_log_" + number + "_0)");

        StoreReport batch = run("verify", url, "--cell", cell);
        servers.execute(
                "update plinth_part_" + number + "_0 set bytes = set_byte(bytes, 100, 255 - get_byte(bytes, 100))");
        StoreReport both = run("verify", url, "--cell", cell);

        assertThat(batch.isWhole()).isFalse();
        assertThat(batch.lines())
                .filteredOn(line -> line.startsWith("damaged: "))
                .hasSize(1);
        assertThat(batch.lines().toString()).contains("of the log does not fit: its frame is damaged");
        assertThat(both.lines().toString()).contains("cannot be used: Expected part 0 of the snapshot at position");
    }

    @Test
    void commands_onACellThatIsNotThere_areRefusedAndCreateNothing() {
        PostgresLog.of(servers.primary().source()).cell(cell).close();
        String cells = servers.query("select count(*) from plinth_cell");

        assertThatThrownBy(() -> run("verify", url, "--cell", "nowhere"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("got nowhere, and the database has ");
        assertThatThrownBy(() -> run(
                        "export",
                        url,
                        path("back"),
                        "--cell",
                        cell,
                        "--secret-key-file",
                        path("k"),
                        "--tables",
                        "heap"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Expected to export the log");

        assertThat(servers.query("select count(*) from plinth_cell")).isEqualTo(cells);
        assertThat(base.resolve("back")).doesNotExist();
    }

    @Test
    void arguments_thatAreWrong_areRefusedByName() {
        assertThat(LogCommand.isMeant(List.of("serve"))).isFalse();
        for (List<String> wrong : List.of(
                List.of("log"),
                List.of("log", "look"),
                List.of("log", "status"),
                List.of("log", "import", url),
                List.of("log", "export", url, "d"),
                List.of("log", "import", url, "d", "--tables", "disk"),
                List.of("log", "status", "mysql://db/x"))) {
            assertThatThrownBy(() -> LogCommand.read(wrong))
                    .as(wrong.toString())
                    .isInstanceOf(ParameterException.class);
        }
        assertThatThrownBy(() -> LogCommand.read(List.of("log", "status", "postgres://u:s3cret@db/x")))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("PLINTH_LOG_PASSWORD")
                .hasMessageNotContaining("s3cret");
    }

    private String status() {
        StringBuilder lines = new StringBuilder();
        boolean isOurs = false;
        for (String line : run("status", url).lines()) {
            isOurs = line.startsWith("  ") ? isOurs : line.startsWith("cell " + cell);
            lines.append(isOurs ? line + '\n' : "");
        }
        return lines.toString();
    }

    private StoreReport run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(Words.LOG));
        all.addAll(Arrays.asList(arguments));
        return LogCommand.read(all).<LogCommand>getCommand().run(Map.of());
    }

    private String path(String name) {
        return base.resolve(name).toString();
    }

    private void write(String name) {
        try (Engine engine = inDirectory(name)) {
            String workspace =
                    engine.admin().createWorkspace("acme", "pro").call().id();
            key = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
            for (int i = 0; i < RESOURCES; i++) {
                assertThat(post(engine, "k" + i).status()).isEqualTo(201);
            }
        }
    }

    private Engine inDirectory(String name) {
        return Engine.builder()
                .directory(base.resolve(name))
                .adminToken(TOKEN)
                .tables(Tables.HEAP)
                .open();
    }

    private Engine overTheLog() {
        return Engine.builder()
                .log(PostgresLog.of(servers.primary().source()).cell(cell))
                .secretKeyFile(base.resolve("data/secret.key"))
                .adminToken(TOKEN)
                .tables(Tables.HEAP)
                .open();
    }

    private String answers(String name) {
        try (Engine engine = inDirectory(name)) {
            return answers(engine);
        }
    }

    /** Returns what an engine answers about all that it has. */
    private String answers(Engine engine) {
        StringBuilder all = new StringBuilder();
        for (String path : List.of("/v1/resources?limit=100", "/v1/events?limit=100", "/v1/keys", "/v1/workspace")) {
            Reply reply = engine.call(Call.of("GET", path).withKey(key));
            assertThat(reply.status()).as(path).isEqualTo(200);
            all.append(reply.text().replaceAll("\"lastUsedAt\":\"[^\"]*\",", ""));
        }
        return all.toString();
    }

    private Reply post(Engine engine, String idempotencyKey) {
        return engine.call(Call.of("POST", "/v1/resources")
                .withKey(key)
                .withHeader("Idempotency-Key", idempotencyKey)
                .withBody(Json.of("{\"name\":\"n\"}")));
    }
}
