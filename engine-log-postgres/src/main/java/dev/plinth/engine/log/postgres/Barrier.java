package dev.plinth.engine.log.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** A commit that changes nothing. Once it is durable, so is all that was seen before it. */
final class Barrier {
    private Barrier() {}

    /** Waits for the standby. Returns false if that wait was cancelled. */
    static boolean pass(Connection connection, Cell cell) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement
                    .executeQuery("select setval('" + cell.truncated() + "', last_value) from " + cell.truncated())
                    .close();
            return statement.getWarnings() == null;
        }
    }
}
