package dev.plinth.engine.log.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.log.Fate;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.postgres.server.Installed;
import dev.plinth.engine.log.postgres.server.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests how a stock PostgreSQL, which has a compiler and has it on, runs the statements of the log. A statement that it
 * compiles takes a few hundred milliseconds each time.
 */
@Timeout(300)
@Tag("portable")
final class PostgresPlansTest {
    private static final int BATCHES = 40;

    @TempDir
    private Path home;

    private Server server;

    @BeforeEach
    void start() throws IOException {
        Path programs = Installed.programs().orElse(null);
        Assumptions.assumeTrue(programs != null, "no PostgreSQL is installed; .ci/run installs one");
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
        server = Server.create(programs, home.resolve("data"));
        server.configure(
                "session_preload_libraries = 'auto_explain'",
                "auto_explain.log_min_duration = 0",
                "auto_explain.log_analyze = on",
                "auto_explain.log_timing = off");
        server.start();
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop();
        }
    }

    @Test
    void statementsOfTheLog_onAServerWithACompiler_areNotCompiled() throws IOException, SQLException {
        useTheLog();
        String log = server.log();
        assertThat(log).contains("insert into plinth_log_0_0", "setval('plinth_beat_0'", "select first, last, epoch");
        assertThat(compiled(log)).isEmpty();

        try (Connection connection = server.source().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("set jit_above_cost = 0");
            statement.executeQuery("select count(*) from plinth_cell").close();
        }
        assertThat(compiled(server.log()))
                .as("a statement that this server does compile")
                .hasSize(1);
    }

    @Test
    void statementsOfTheLog_scanNoTableThatGrows() throws IOException {
        useTheLog();
        assertThat(plans(server.log()))
                .filteredOn(plan ->
                        plan.contains("Seq Scan on plinth_log") || plan.contains("Seq Scan on plinth_truncated"))
                .isEmpty();
    }

    /** Has each statement executed often enough for a plan that is kept. */
    private void useTheLog() throws IOException {
        PostgresLogBuilder builder =
                PostgresLog.of(server.source()).localDurability().tableBytes(1_000);
        Node first = new Node("first");
        Node second = new Node("second");
        try (PostgresLog log = builder.cell("cell");
                PostgresLog other = builder.cell("cell")) {
            log.join(first);
            other.join(second);
            Reign reign = log.reign(first).orElseThrow();
            for (int i = 1; i <= BATCHES; i++) {
                assertThat(log.append(reign, LogBatches.batch(reign, i))).isEqualTo(Fate.DURABLE);
                assertThat(log.beat(reign, i)).isTrue();
                assertThat(log.confirm(reign)).isTrue();
                assertThat(other.reign(second)).isEmpty();
                List<Long> followed = LogBatches.follow(other);
                assertThat(followed).isNotEmpty();
                if (i % 10 == 0) {
                    for (long earlier : log.snapshots().positions()) {
                        log.snapshots().delete(earlier);
                    }
                    log.snapshots().write(i - 1, out -> out.write(1));
                    log.snapshots().write(i, out -> out.write(1));
                    log.truncate(i - 5);
                }
            }
            assertThat(log.resolve(reign, BATCHES)).isEqualTo(Fate.DURABLE);
            assertThat(LogBatches.read(log, reign)).isNotEmpty();
            log.resign(reign);
            assertThat(other.reign(second)).isPresent();
            assertThat(builder.status().cells()).hasSize(1);
        }
    }

    private static List<String> compiled(String log) {
        return plans(log).stream().filter(plan -> plan.contains("\tJIT:")).toList();
    }

    /** Splits what the server has logged into statements with their plans. */
    private static List<String> plans(String log) {
        return List.of(log.split("LOG:  duration: "));
    }
}
