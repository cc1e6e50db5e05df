package dev.plinth.engine.log.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** A commit that changes nothing. Once it is durable, so is all that was seen before it. */
final class Barrier {
    private Barrier() {}

    /** Waits for the standby. Returns false if that wait was cancelled. */
    static boolean pass(Connection connection, StandbyGuard standbys) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // A message in the log of the database, which readers of it leave out.
            statement
                    .executeQuery("select pg_logical_emit_message(true, 'plinth barrier', '')")
                    .close();
            return statement.getWarnings() == null && standbys.isSafe(connection);
        }
    }
}
