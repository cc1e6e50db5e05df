package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.http.program.Main;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.postgres.PostgresLog;
import dev.plinth.engine.log.postgres.server.Pair;
import dev.plinth.engine.log.postgres.server.Patience;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests what a node of the program refuses at its start, as its operator sees it: a sentence on standard error, exit code
 * 1, no stack trace and no password.
 */
@Timeout(600)
@Tag("portable")
final class LogStartTest {
    private static final String TOKEN = "log-start-token-of-tests";
    private static final String PASSWORD = "s3cret-of-the-database";
    private static final String ID = "node-7";

    private final Pair servers = Pair.shared();
    private final String cell = UUID.randomUUID().toString();

    @TempDir
    private Path base;

    @Test
    void serve_onADatabaseThatMayLoseChanges_isRefusedWithTheSetting() throws Exception {
        with("synchronous_standby_names", "", () -> {
            assertRefused(
                    serve(),
                    "The database must have a synchronous standby, but synchronous_standby_names is empty. Set it"
                            + " to the names of the standbys, or choose local durability, which loses changes when the primary is lost.");
            try (ServedProcess local = served("local", "--log-durability", "local")) {
                assertThat(local.isAlive()).isTrue();
            }
        });
        with(
                "fsync",
                "off",
                () -> assertRefused(
                        serve(),
                        "The setting fsync of the database must be on, got off. Set it on, because a power cut would lose"
                                + " acknowledged changes."));
        with(
                "synchronous_commit",
                "local",
                () -> assertRefused(
                        serve(),
                        "The setting synchronous_commit of the database must be on or remote_apply, got local. Set it on"
                                + " for this user."));
    }

    @Test
    void serve_onAReplica_isRefused() throws Exception {
        assertRefused(
                run(arguments(servers.standby().port(), "&targetServerType=any")),
                "The database must be the primary, got a replica. Name all servers in the URL, with"
                        + " targetServerType=primary.");
    }

    @Test
    void serve_onNoDatabase_isRefused() throws Exception {
        assertRefused(
                run(arguments(1, "")),
                "Expected to open cell " + cell
                        + " in the database, but it failed: Connection to 127.0.0.1:1 refused.");
    }

    @Test
    void serve_onTablesOfAnotherFormat_isRefused() throws Exception {
        PostgresLog.of(servers.primary().source()).cell(cell).close();
        servers.execute("update plinth_cell set format = 7 where name = '" + cell + "'");

        assertRefused(
                serve(),
                "Expected format 1 of the tables of cell " + cell + ", but they have format 7; start the release that"
                        + " wrote them.");
    }

    @Test
    void serve_withTheKeyOfAnotherCluster_isRefusedAlsoBesideALeader() throws Exception {
        Path right = base.resolve("right.key");
        String refusal = "secret.key holds another key than the one that seals the secrets of this store. Restore the"
                + " right file, or name it with --secret-key-file";
        Files.write(base.resolve("secret.key"), new byte[32]);
        try (Engine leader = engine(right, "other")) {
            assertThat(leader.isWritable()).isTrue();
            assertRefused(serve(), refusal);
            assertThat(leader.isWritable()).isTrue();
        }
        assertRefused(serve(), refusal);
        try (Engine again = engine(right, "other")) {
            assertThat(again.isWritable()).isTrue();
        }
    }

    @Test
    void serve_underAnIdThatAnotherProcessHas_isRefusedAndHarmsNothing() throws Exception {
        try (ServedProcess first = served("first")) {
            String epoch = epoch();

            assertRefused(
                    serve(),
                    "Expected node id " + ID + " to be free in cell " + cell
                            + ", but another process holds it; stop that process or choose another id.");

            assertThat(first.isAlive()).isTrue();
            assertThat(epoch()).isEqualTo(epoch);
        }
    }

    @Test
    void serve_afterItsPredecessorWasKilled_startsAndLeads() throws Exception {
        for (int i = 0; i < 3; i++) {
            try (ServedProcess node = served("round-" + i)) {
                assertThat(node.isAlive()).isTrue();
                node.kill();
            }
        }
        try (ServedProcess last = served("last")) {
            assertThat(last.isAlive()).isTrue();
            assertThat(servers.query("select node from plinth_cell where name = '" + cell + "'"))
                    .isEqualTo(ID);
        }
    }

    @Test
    void serve_withADirectoryBesideTheLog_isAUsageError() throws Exception {
        List<String> arguments = new ArrayList<>(arguments(servers.primary().port(), ""));
        arguments.add("--data=" + base.resolve("data"));

        Ended ended = run(arguments);

        assertThat(ended.code).isEqualTo(2);
        assertThat(ended.err).startsWith("plinth: ").contains("--data", "--log").doesNotContain("\tat ");
    }

    @Test
    void reload_withAnotherCell_leavesTheDatabaseAlone() throws Exception {
        String other = UUID.randomUUID().toString();
        Path file = Files.writeString(base.resolve("plinth.yaml"), "cell: '" + cell + "'\n");
        List<String> arguments = new ArrayList<>(arguments(servers.primary().port(), ""));
        arguments.remove("--cell=" + cell);
        arguments.add("--config=" + file);
        try (ServedProcess node = new ServedProcess(base.resolve("reloaded"), arguments.toArray(String[]::new))) {
            Files.writeString(file, "cell: '" + other + "'\n");

            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(node.base() + "/admin/v1/config/reload"))
                                    .header("Authorization", "Bearer " + TOKEN)
                                    .POST(HttpRequest.BodyPublishers.noBody())
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());

            assertThat(answer.body()).contains("\"needRestart\":[\"cell\"]");
            assertThat(servers.query("select count(*) from plinth_cell where name = '" + other + "'"))
                    .isEqualTo("0");
        }
    }

    private Engine engine(Path keyFile, String id) {
        return Engine.builder()
                .log(PostgresLog.of(servers.primary().source()).cell(cell))
                .node(new Node(id))
                .secretKeyFile(keyFile)
                .adminToken(TOKEN)
                .tables(Tables.HEAP)
                .open();
    }

    private String epoch() {
        return servers.query("select epoch from plinth_cell where name = '" + cell + "'");
    }

    private static void assertRefused(Ended ended, String sentence) {
        assertThat(ended.code).as(ended.toString()).isEqualTo(1);
        assertThat(ended.err.lines().filter(line -> line.startsWith("plinth: ")).toList())
                .as(ended.toString())
                .singleElement()
                .asString()
                .contains(sentence);
        assertThat(ended.err).doesNotContain("\tat ", "Exception", PASSWORD);
        assertThat(ended.out).doesNotContain(PASSWORD).doesNotContain("listening");
    }

    private Ended serve() throws IOException, InterruptedException {
        return run(arguments(servers.primary().port(), ""));
    }

    private ServedProcess served(String name, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(arguments(servers.primary().port(), ""));
        arguments.addAll(Arrays.asList(more));
        return new ServedProcess(base.resolve(name), arguments.toArray(String[]::new));
    }

    private List<String> arguments(int port, String parameters) {
        return List.of(
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "serve",
                "--port=0",
                "--tables=heap",
                "--log=postgres://plinth@127.0.0.1:" + port + "/postgres?sslmode=disable" + parameters,
                "--cell=" + cell,
                "--advertise=http://127.0.0.1:9",
                "--node-id=" + ID,
                "--admin-token=" + TOKEN,
                "--secret-key-file=" + base.resolve("secret.key"));
    }

    private Ended run(List<String> arguments) throws IOException, InterruptedException {
        Path out = base.resolve("out");
        Path err = base.resolve("err");
        ProcessBuilder builder = ServedProcess.builder(arguments.toArray(String[]::new))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("PLINTH_LOG_PASSWORD", PASSWORD);
        int code = builder.start().waitFor();
        return new Ended(code, Files.readString(out), Files.readString(err));
    }

    private record Ended(int code, String out, String err) {}

    /** Does something while the primary has another setting. */
    private void with(String setting, String value, StartWork work) throws Exception {
        String earlier = servers.query("show " + setting);
        servers.execute("alter system set " + setting + " = '" + value + "'");
        servers.primary().reload();
        Patience.until(() -> servers.query("show " + setting).equals(value));
        try {
            work.run();
        } finally {
            servers.execute("alter system reset " + setting);
            servers.primary().reload();
            Patience.until(() -> servers.query("show " + setting).equals(earlier));
        }
    }

    /** Work that starts programs. */
    @FunctionalInterface
    private interface StartWork {
        void run() throws Exception;
    }
}
