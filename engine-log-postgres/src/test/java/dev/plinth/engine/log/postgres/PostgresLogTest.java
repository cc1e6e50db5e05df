package dev.plinth.engine.log.postgres;

import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.log.postgres.server.Pair;
import dev.plinth.engine.testkit.SharedLogContract;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;

/** Tests that a log in a primary with a synchronous standby keeps the promises of a shared log. */
final class PostgresLogTest extends SharedLogContract {
    private final Pair servers = Pair.shared();
    private final String name = UUID.randomUUID().toString();
    private final PostgresLog first = PostgresLog.of(servers.primary().source()).cell(name);
    private final PostgresLog second =
            PostgresLog.of(servers.primary().source()).cell(name);
    private final Connection connection;

    PostgresLogTest() throws SQLException {
        connection = servers.primary().source().getConnection();
    }

    @AfterEach
    void close() throws SQLException {
        first.close();
        second.close();
        connection.close();
    }

    @Override
    protected SharedLog first() {
        return first;
    }

    @Override
    protected SharedLog second() {
        return second;
    }

    @Override
    protected void endLease() {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select setval('plinth_beat_" + first.cell() + "', 1)");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
