package dev.plinth.engine.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.plinth.engine.log.postgres.server.Pair;
import dev.plinth.engine.log.postgres.server.Patience;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** An inbox in PostgreSQL. */
final class PostgresInboxTest extends InboxContract {
    private static final DataSource SOURCE = Pair.shared().primary().source();

    @Override
    DataSource source() {
        return SOURCE;
    }

    @Override
    String jsonParameter() {
        return "cast(? as json)";
    }

    private long count(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            assertThat(found.next()).isTrue();
            return found.getLong(1);
        }
    }

    private String sleepers() {
        return "select count(*) from pg_locks where locktype = 'advisory' and mode = 'ExclusiveLock' and classid = '"
                + table() + "'::regclass";
    }

    @Test
    void insert_whileTheInboxReaderSleeps_wakesIt() throws SQLException {
        try (Connection connection = plainSource().getConnection()) {
            Patience.until(() -> count(connection, sleepers()) == 1);
            insert(
                    connection,
                    "{\"operations\":[{\"method\":\"POST\",\"path\":\"/v1/events\","
                            + "\"body\":{\"type\":\"order.paid\",\"data\":{\"order\":1}}}]}");
            // It gives the lock back, so that further commits do not notify, and sleeps again.
            Patience.until(() -> inbox().appliedRows() == 1);
            Patience.until(() -> count(connection, sleepers()) == 1);
        }
    }

    @Test
    void in_readOnlyConnection_isRefused() throws SQLException {
        try (Connection connection = begin()) {
            connection.setReadOnly(true);
            assertThatThrownBy(() -> inbox().in(connection))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("read-only");
        }
    }

    @Test
    void apply_whileAnotherTransactionStaysOpen_goesOn() throws SQLException {
        try (Connection old = begin()) {
            assertThat(count(old, "select txid_current()")).isPositive();
            write_byManyAtOnceWithCuts_eachCommittedOrderHappensOnce();
            old.rollback();
        } catch (SQLException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void open_overAPool_hearsNotifications() throws SQLException {
        inbox().close();
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setDataSource(plainSource());
            pool.setMaximumPoolSize(3);
            try (PlinthInbox pooled = reopen(pool);
                    Connection connection = plainSource().getConnection()) {
                Patience.until(() -> count(connection, sleepers()) == 1);
                insert(
                        connection,
                        "{\"operations\":[{\"method\":\"POST\",\"path\":\"/v1/events\","
                                + "\"body\":{\"type\":\"order.paid\",\"data\":{\"order\":1}}}]}");
                Patience.until(() -> pooled.appliedRows() == 1);
            }
        }
    }
}
