package dev.plinth.engine.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Runs work in a transaction of its own. */
final class Transactions {
    private Transactions() {}

    /** Work on a connection. */
    @FunctionalInterface
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /** Runs work on a new connection, and commits. */
    static <T> T in(DataSource source, Work<T> work) throws SQLException {
        try (Connection connection = source.getConnection()) {
            return on(connection, work);
        }
    }

    /** Runs work on a connection that is in no transaction, and commits. */
    static <T> T on(Connection connection, Work<T> work) throws SQLException {
        boolean autocommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try {
            T result = work.on(connection);
            connection.commit();
            connection.setAutoCommit(autocommit);
            return result;
        } catch (SQLException | RuntimeException e) {
            undo(connection, autocommit, e);
            throw e;
        }
    }

    private static void undo(Connection connection, boolean autocommit, Exception why) {
        try {
            connection.rollback();
            connection.setAutoCommit(autocommit);
        } catch (SQLException later) {
            why.addSuppressed(later); // a connection that was cut has nothing to roll back
        }
    }
}
