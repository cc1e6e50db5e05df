package dev.plinth.engine.log.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.log.Fate;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.postgres.server.Pair;
import dev.plinth.engine.log.postgres.server.Patience;
import dev.plinth.engine.log.postgres.server.Server;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** Tests what a log refuses at its start, and that each refusal is a sentence. */
final class PostgresStartTest {
    private final Pair servers = Pair.shared();
    private final String name = UUID.randomUUID().toString();

    @Test
    void cell_withoutASynchronousStandby_isRefusedUnlessDurabilityIsLocal() throws IOException {
        with("synchronous_standby_names", "", () -> {
            refuses("The database must have a synchronous standby, but synchronous_standby_names is empty. Set it, or"
                    + " choose local durability, which loses changes when the primary is lost.");

            try (PostgresLog log =
                    PostgresLog.of(servers.primary().source()).localDurability().cell(name)) {
                Reign reign = log.reign(new Node("a")).orElseThrow();
                assertThat(log.append(reign, LogBatches.batch(reign, 1))).isEqualTo(Fate.DURABLE);
            }
        });
    }

    @Test
    void cell_withoutFsync_isRefused() throws IOException {
        with(
                "fsync",
                "off",
                () -> refuses("The setting fsync of the database must be on, got off. Set it on, because a"
                        + " power cut would lose acknowledged changes."));
    }

    @Test
    void cell_withAsynchronousCommits_isRefused() throws IOException {
        for (String value : new String[] {"off", "local", "remote_write"}) {
            with(
                    "synchronous_commit",
                    value,
                    () -> refuses("The setting synchronous_commit of the database must be on or" + " remote_apply, got "
                            + value + ". Set it on for this user."));
        }
    }

    @Test
    void cell_onAReplica_isRefused() {
        assertThatThrownBy(() -> PostgresLog.of(servers.standby().source()).cell(name))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The database must be the primary, got a replica. Name all servers in the URL, with"
                        + " targetServerType=primary.");
    }

    @Test
    void cell_ofAnOrdinaryUser_isALogAsWell() throws IOException {
        servers.execute("create role ordinary login");
        servers.execute("create database ordinary owner ordinary");
        PGSimpleDataSource source = servers.primary().source();
        source.setUser("ordinary");
        source.setDatabaseName("ordinary");
        try (PostgresLog log = PostgresLog.of(source).cell(name);
                PostgresLog other = PostgresLog.of(source).cell(name)) {
            Reign reign = log.reign(new Node("a")).orElseThrow();
            assertThat(other.reign(new Node("b"))).isEmpty();
            assertThat(log.append(reign, LogBatches.batch(reign, 1))).isEqualTo(Fate.DURABLE);
            assertThat(log.beat(reign, 1)).isTrue();
            assertThat(log.confirm(reign)).isTrue();
            Patience.until(() -> LogBatches.follow(other).equals(List.of(1L)));
            log.snapshots().write(1, out -> out.write(1));
            assertThat(other.snapshots().positions()).containsExactly(1L);
        }
    }

    @Test
    void cell_ofAnotherFormat_isRefused() {
        open().close();
        servers.execute("update plinth_cell set format = 7 where name = '" + name + "'");
        refuses("Expected format 1 of the tables of cell " + name
                + ", but they have format 7; start the release that wrote them.");
    }

    @Test
    void cell_whileTheDatabaseIsAway_isRefused() {
        PGSimpleDataSource nowhere = Server.source(1);
        assertThatThrownBy(() -> PostgresLog.of(nowhere).cell(name))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Expected to open cell " + name + " in the database, but it failed: ")
                .hasMessageEndingWith("; check URL, user and rights.");
    }

    @Test
    void builder_valuesOutOfRange_areRefused() {
        PostgresLogBuilder builder = PostgresLog.of(servers.primary().source());
        assertThatThrownBy(() -> builder.lease(Duration.ofMillis(499))).hasMessageContaining("500 ms to 5 min");
        assertThatThrownBy(() -> builder.lease(Duration.ofMinutes(6))).hasMessageContaining("500 ms to 5 min");
        assertThatThrownBy(() -> builder.cell("")).hasMessageContaining("1 to 64 characters");
    }

    @Test
    void cells_ofOneDatabase_areLogsOfTheirOwn() throws IOException {
        try (PostgresLog one = open();
                PostgresLog same = open();
                PostgresLog other = PostgresLog.of(servers.primary().source()).cell(name + "2")) {
            assertThat(same.id()).isEqualTo(one.id());
            assertThat(other.id()).isNotEqualTo(one.id());
            assertThat(other.cell()).isNotEqualTo(one.cell());
            Reign reign = one.reign(new Node("a")).orElseThrow();
            Reign beside = other.reign(new Node("a")).orElseThrow();
            assertThat(same.reign(new Node("b"))).isEmpty();

            assertThat(one.append(reign, LogBatches.batch(reign, 1))).isEqualTo(Fate.DURABLE);

            assertThat(LogBatches.read(other, beside)).isEmpty();
        }
    }

    @Test
    void connection_givenBackToAPool_hasItsEarlierSettings() throws SQLException {
        try (Connection connection = servers.primary().source().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("set statement_timeout = '7s'");

            Map<String, String> earlier = SessionSettings.apply(connection);
            assertThat(statementTimeout(statement)).isEqualTo("0");
            SessionSettings.set(connection, earlier);

            assertThat(statementTimeout(statement)).isEqualTo("7s");
        }
    }

    private static String statementTimeout(Statement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery("show statement_timeout")) {
            rows.next();
            return rows.getString(1);
        }
    }

    private PostgresLog open() {
        return PostgresLog.of(servers.primary().source()).cell(name);
    }

    private void refuses(String sentence) {
        assertThatThrownBy(this::open).isInstanceOf(IllegalStateException.class).hasMessage(sentence);
    }

    /** Does something while the primary has another setting. */
    private void with(String setting, String value, StartWork work) throws IOException {
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

    /** Work that starts logs. */
    @FunctionalInterface
    private interface StartWork {
        void run() throws IOException;
    }
}
