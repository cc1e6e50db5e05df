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
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** Tests what a log refuses at its start, and that each refusal is a sentence. */
@Tag("portable")
final class PostgresStartTest {
    private static final int NODES = 8;

    private final Pair servers = Pair.shared();
    private final String name = UUID.randomUUID().toString();
    private final String number = name.substring(0, 8);

    @Test
    void cell_withoutASynchronousStandby_isRefusedUnlessDurabilityIsLocal() throws IOException {
        with("synchronous_standby_names", "", () -> {
            refuses(
                    "The database must have a synchronous standby, but synchronous_standby_names is empty. Set it"
                            + " to the names of the standbys, or choose local durability, which loses changes when the primary is lost.");

            try (PostgresLog log =
                    PostgresLog.of(servers.primary().source()).localDurability().cell(name)) {
                Reign reign = log.reign(new Node("a")).orElseThrow();
                assertThat(log.append(reign, LogBatches.batch(reign, 1))).isEqualTo(Fate.DURABLE);
            }
        });
    }

    @Test
    void cell_whoseStandbyMayBeAnybody_isRefused() throws IOException {
        for (String names : List.of("*", "ANY 1 (*)", "FIRST 1 (standby, \"*\")")) {
            with(
                    "synchronous_standby_names",
                    names,
                    () -> refuses("The database must have a synchronous standby, but synchronous_standby_names has *,"
                            + " which any reader of its log matches. Set it to the names of the standbys."));
        }
    }

    @Test
    void cells_openedTogetherOnAnEmptyDatabase_areOneCell() {
        servers.execute("create database empty_" + number);
        PGSimpleDataSource source = servers.primary().source();
        source.setDatabaseName("empty_" + number);
        CyclicBarrier together = new CyclicBarrier(NODES);
        List<CompletableFuture<PostgresLog>> opening = Stream.generate(() -> CompletableFuture.supplyAsync(
                        () -> {
                            await(together);
                            return PostgresLog.of(source).cell(name);
                        },
                        task -> new Thread(task).start()))
                .limit(NODES)
                .toList();

        List<PostgresLog> logs = opening.stream().map(CompletableFuture::join).toList();

        assertThat(logs.stream().map(PostgresLog::id).distinct()).hasSize(1);
        logs.forEach(PostgresLog::close);
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
        String ordinary = "ordinary_" + ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);
        servers.execute("create role " + ordinary + " login");
        servers.execute("create database " + ordinary + " owner " + ordinary);
        PGSimpleDataSource source = servers.primary().source();
        source.setUser(ordinary);
        source.setDatabaseName(ordinary);
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
    void cell_whoseTableBelongsToAStranger_isRefused() {
        servers.execute("create role stranger_" + number + " login");
        servers.execute("create role victim_" + number + " login");
        servers.execute("create database shared_" + number + " owner stranger_" + number);
        PGSimpleDataSource source = servers.primary().source();
        source.setDatabaseName("shared_" + number);
        source.setUser("stranger_" + number);
        PostgresLog.of(source).cell(name).close();
        source.setUser("victim_" + number);

        assertThatThrownBy(() -> PostgresLog.of(source).cell(name))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Expected that user victim_" + number + " owns the table plinth_cell, but it belongs to"
                        + " stranger_" + number + ". Set search_path to a schema in which no other user may create"
                        + " tables.");
    }

    @Test
    void cell_ofAUserWithEveryTimeoutAndAnOddSearchPath_isALogAsWell() throws IOException {
        String user = "limited_" + number;
        servers.execute("create role " + user + " login");
        servers.execute("create database " + user + " owner " + user);
        for (String setting : List.of(
                "statement_timeout = '1ms'",
                "lock_timeout = '1ms'",
                "idle_in_transaction_session_timeout = '1ms'",
                "idle_session_timeout = '1ms'",
                "default_transaction_read_only = on",
                "default_transaction_isolation = 'serializable'",
                "search_path = 'nowhere', \"$user\", public")) {
            // The check and the first settings themselves are under the timeouts, which are not that short elsewhere.
            servers.execute("alter role " + user + " set " + setting.replace("'1ms'", "'200ms'"));
        }
        PGSimpleDataSource source = servers.primary().source();
        source.setUser(user);
        source.setDatabaseName(user);
        try (PostgresLog log = PostgresLog.of(source).cell(name)) {
            Reign reign = log.reign(new Node("a")).orElseThrow();
            for (int i = 1; i <= 20; i++) {
                assertThat(log.append(reign, LogBatches.batch(reign, i))).isEqualTo(Fate.DURABLE);
            }
            log.snapshots().write(3, out -> out.write(1));
            assertThat(log.snapshots().positions()).containsExactly(3L);
        }
    }

    @Test
    void cell_whoseSearchPathChangesLater_isStillTheSame() throws IOException {
        String user = "tenant_" + number;
        servers.execute("create role " + user + " login");
        servers.execute("create database " + user + " owner " + user);
        PGSimpleDataSource source = servers.primary().source();
        source.setUser(user);
        source.setDatabaseName(user);
        try (PostgresLog log = PostgresLog.of(source).cell(name)) {
            servers.execute("alter role " + user + " set search_path = 'elsewhere'");

            Reign reign = log.reign(new Node("a")).orElseThrow();

            assertThat(log.append(reign, LogBatches.batch(reign, 1))).isEqualTo(Fate.DURABLE);
        }
        assertThatThrownBy(() -> PostgresLog.of(source).cell(name))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("search_path of the database's user must name a schema that is there");
    }

    @Test
    void rowsThatAreNoneOfOurs_areFailuresOfTheLogAndNotOfTheNode() throws IOException {
        try (PostgresLog log = open()) {
            Reign reign = log.reign(new Node("a")).orElseThrow();
            servers.execute("update plinth_cell set url = 'no url', node = 'x' where name = '" + name + "'");
            assertThat(log.leader().orElseThrow().node().url()).isEmpty();
            servers.execute("update plinth_cell set node = repeat('x', 65) where name = '" + name + "'");
            assertThatThrownBy(log::leader).isInstanceOf(IOException.class).hasMessageContaining("names no node");
            servers.execute("insert into plinth_log_" + log.cell() + "_0 values (5, 4, 1, 0, 0, 1, 0, 'x')");
            assertThatThrownBy(() -> log.read(reign, 0, 1_000))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is no batch");
        }
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

            SessionSettings.Earlier begun = SessionSettings.begin(connection, 0);
            SessionSettings.Earlier earlier = new SessionSettings(Optional.empty()).apply(connection, begun);
            assertThat(statementTimeout(statement)).isEqualTo("0");
            SessionSettings.restore(connection, earlier);

            assertThat(statementTimeout(statement)).isEqualTo("7s");
        }
    }

    @Test
    void connection_toADatabaseWithAnotherCellOfThisNumber_isRefusedUntilTheNameLeadsBack() throws IOException {
        try (PostgresLog log = open()) {
            Reign reign = log.reign(new Node("a")).orElseThrow();
            String earlier = servers.query("select id from plinth_cell where number = " + log.cell());
            servers.execute("update plinth_cell set id = gen_random_uuid() where number = " + log.cell());
            servers.query("select count(pg_terminate_backend(pid)) from pg_stat_activity where pid <> pg_backend_pid()"
                    + " and usename = 'plinth' and backend_type = 'client backend'");

            assertThat(log.confirm(reign)).isFalse();
            assertThatThrownBy(log::leader).as("the connection that was ended").isInstanceOf(IOException.class);
            assertThatThrownBy(log::leader)
                    .isInstanceOf(IOException.class)
                    .hasMessageEndingWith("The database must be the one in which cell " + name
                            + " was opened, got another one. Check where the name of its server leads.");

            servers.execute("update plinth_cell set id = '" + earlier + "' where number = " + log.cell());
            assertThat(log.leader()).isPresent();
            assertThat(log.confirm(reign)).isTrue();
        }
    }

    private static void await(CyclicBarrier together) {
        try {
            together.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
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
