package dev.plinth.engine.log.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.log.postgres.server.Pair;
import dev.plinth.engine.log.postgres.server.Patience;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** Tests an engine over the connection pool of its host, which other code of the host uses too. */
@Timeout(300)
final class PostgresPoolTest {
    private static final int POOL = 5;

    /** Each setting that a session of the log changes, and what a connection holds. */
    private static final String STATE = "select string_agg(name || '=' || setting, ' ' order by name) || ' locks='"
            + " || (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) from pg_settings"
            + " where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'search_path',"
            + " 'default_transaction_isolation', 'default_transaction_read_only', 'enable_seqscan', 'enable_bitmapscan',"
            + " 'client_min_messages', 'synchronous_commit', 'tcp_user_timeout', 'tcp_keepalives_idle')";

    private final Pair servers = Pair.shared();
    private final String name = UUID.randomUUID().toString();

    @TempDir
    private Path directory;

    @Test
    void close_givesEachConnectionBackAsItWas() throws SQLException {
        HikariConfig config = config();
        config.setAutoCommit(false);
        config.setReadOnly(true);
        config.setTransactionIsolation("TRANSACTION_SERIALIZABLE");
        PGSimpleDataSource source = source();
        source.setOptions("-c statement_timeout=7s -c search_path=public");
        config.setDataSource(source);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            List<String> before = states(pool);

            try (Engine engine = builder(pool).open()) {
                assertThat(engine.role()).isEqualTo(NodeRole.LEADER);
                String workspace =
                        engine.admin().createWorkspace("acme", "pro").call().id();
                assertThat(engine.admin().workspace(workspace).call().name()).isEqualTo("acme");
                assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isBetween(1, 3);
            }

            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
            assertThat(states(pool)).isEqualTo(before);
        }
    }

    @Test
    void connections_thatBreak_areNotGivenToTheHost() throws SQLException {
        try (HikariDataSource pool = new HikariDataSource(config());
                Engine engine = builder(pool).open()) {
            for (int i = 0; i < POOL; i++) {
                servers.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = '"
                        + name + "'");
                engine.admin().createWorkspace("acme " + i, "pro").call();
                for (int j = 0; j < POOL; j++) {
                    try (Connection connection = pool.getConnection();
                            Statement statement = connection.createStatement();
                            ResultSet rows = statement.executeQuery("select 1")) {
                        assertThat(rows.next()).isTrue();
                    }
                }
            }
            assertThat(engine.role()).isEqualTo(NodeRole.LEADER);
            Patience.until(() -> pool.getHikariPoolMXBean().getActiveConnections() <= 3);
        }
    }

    @Test
    void pool_closedBeforeTheEngine_endsTheReignAndLetsTheEngineClose() {
        HikariDataSource pool = new HikariDataSource(config());
        try (Engine engine = builder(pool).open()) {
            assertThat(engine.role()).isEqualTo(NodeRole.LEADER);

            pool.close();

            Patience.until(
                    () -> servers.query("select count(*) from pg_stat_activity where application_name = '" + name + "'")
                            .equals("0"));
        }
        try (HikariDataSource another = new HikariDataSource(config());
                Engine engine = builder(another).open()) {
            Patience.until(() -> engine.role() == NodeRole.LEADER);
            assertThat(engine.admin().createWorkspace("acme", "pro").call().name())
                    .isEqualTo("acme");
        }
    }

    /** Returns the states of all connections of a pool. */
    private static List<String> states(HikariDataSource pool) throws SQLException {
        List<Connection> all = new ArrayList<>();
        List<String> states = new ArrayList<>();
        try {
            for (int i = 0; i < POOL; i++) {
                Connection connection = pool.getConnection();
                all.add(connection);
                try (Statement statement = connection.createStatement();
                        ResultSet rows = statement.executeQuery(STATE)) {
                    rows.next();
                    states.add(rows.getString(1) + " auto-commit=" + connection.getAutoCommit() + " read-only="
                            + connection.isReadOnly() + " timeout=" + connection.getNetworkTimeout());
                }
            }
            return states;
        } finally {
            for (Connection connection : all) {
                connection.rollback();
                connection.close();
            }
        }
    }

    private HikariConfig config() {
        HikariConfig config = new HikariConfig();
        config.setDataSource(source());
        config.setMaximumPoolSize(POOL);
        return config;
    }

    private PGSimpleDataSource source() {
        PGSimpleDataSource source = servers.primary().source();
        source.setApplicationName(name);
        return source;
    }

    private EngineBuilder builder(HikariDataSource pool) {
        return Engine.builder()
                .log(PostgresLog.of(pool).cell(name))
                .secretKeyFile(directory.resolve("secret.key"))
                .adminToken("pool-operator-token-of-tests");
    }
}
