package dev.plinth.engine.log.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A transaction on a session of its own. Without {@link #commit} it is rolled back. Used by one thread. */
final class LogTransaction implements AutoCloseable {
    private final Session session;
    private final Connection connection;

    private LogTransaction(Session session, Connection connection) {
        this.session = session;
        this.connection = connection;
    }

    /** Begins a transaction, which closes the session at its end. */
    static LogTransaction begin(Session session) throws SQLException {
        try {
            return session.run(connection -> {
                connection.setAutoCommit(false);
                return new LogTransaction(session, connection);
            });
        } catch (SQLException e) {
            session.close();
            throw e;
        }
    }

    <T extends @Nullable Object> T run(Session.Work<T> work) throws SQLException {
        return session.run(current -> {
            if (!current.equals(connection)) {
                throw new SQLException("The connection was lost in the middle of a transaction");
            }
            return work.on(current);
        });
    }

    /** Commits, and goes on in auto-commit. */
    void commit() throws SQLException {
        run(current -> {
            current.commit();
            current.setAutoCommit(true);
            return null;
        });
    }

    @Override
    public void close() {
        session.close();
    }
}
