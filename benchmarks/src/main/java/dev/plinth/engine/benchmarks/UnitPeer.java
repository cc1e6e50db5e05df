package dev.plinth.engine.benchmarks;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A unit of work in a database with an outbox, as an application does it. It reads an account, changes it if its
 * version is the same, inserts an invoice, and adds the three events of these to the outbox. Thread-safe.
 */
final class UnitPeer implements AutoCloseable {
    private static final int CONNECTIONS = 64;
    private static final String BODY = BenchedEngine.BODY.toString();

    private final BlockingDeque<Session> sessions = new LinkedBlockingDeque<>();
    private final List<Session> all = new ArrayList<>();
    private final AtomicLong ids = new AtomicLong(UnitFigures.ACCOUNTS);

    /** Opens connections, and makes the accounts. */
    UnitPeer(String url, String text) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE resource (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, balance BIGINT"
                    + " NOT NULL, body " + text + " NOT NULL)");
            statement.execute("CREATE TABLE outbox (id BIGINT PRIMARY KEY, resource BIGINT NOT NULL, body " + text
                    + " NOT NULL)");
            for (int i = 0; i < UnitFigures.ACCOUNTS; i++) {
                statement.execute("INSERT INTO resource VALUES (" + i + ", 1, 0, '{}')");
            }
            for (int i = 0; i < CONNECTIONS; i++) {
                Session session = new Session(DriverManager.getConnection(url));
                all.add(session);
                sessions.add(session);
            }
        }
    }

    /** Runs the unit until it has not conflicted. Returns the new balance. */
    long unit(long turn) {
        try {
            Session session = sessions.takeFirst();
            try {
                while (true) {
                    long balance = session.run(turn % UnitFigures.ACCOUNTS, ids.getAndAdd(3));
                    if (balance > 0) {
                        return balance;
                    }
                }
            } finally {
                sessions.addFirst(session);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("Expected the database to answer, but it failed", e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("Expected a connection, but was interrupted", e);
        }
    }

    @Override
    public void close() throws SQLException {
        for (Session session : all) {
            session.connection.close();
        }
    }

    /** A connection with its statements. */
    private static final class Session {
        private final Connection connection;
        private final PreparedStatement read;
        private final PreparedStatement change;
        private final PreparedStatement create;
        private final PreparedStatement publish;

        Session(Connection connection) throws SQLException {
            this.connection = connection;
            connection.setAutoCommit(false);
            read = connection.prepareStatement("SELECT version, balance FROM resource WHERE id = ?");
            change = connection.prepareStatement(
                    "UPDATE resource SET version = version + 1, balance = ? WHERE id = ? AND version = ?");
            create = connection.prepareStatement("INSERT INTO resource VALUES (?, 1, 0, ?)");
            publish = connection.prepareStatement("INSERT INTO outbox VALUES (?, ?, ?)");
        }

        /** Returns the new balance; 0 if another transaction has changed the account meanwhile. */
        long run(long account, long id) throws SQLException {
            read.setLong(1, account);
            long version;
            long balance;
            try (ResultSet found = read.executeQuery()) {
                if (!found.next()) {
                    throw new SQLException("Expected account " + account + ", but found none");
                }
                version = found.getLong(1);
                balance = found.getLong(2) + 1;
            }
            change.setLong(1, balance);
            change.setLong(2, account);
            change.setLong(3, version);
            if (change.executeUpdate() != 1) {
                connection.rollback();
                return 0;
            }
            create.setLong(1, id);
            create.setString(2, BODY);
            int unused = create.executeUpdate();
            publish(id, account);
            publish(id + 1, id);
            publish(id + 2, id);
            connection.commit();
            return balance;
        }

        private void publish(long id, long resource) throws SQLException {
            publish.setLong(1, id);
            publish.setLong(2, resource);
            publish.setString(3, BODY);
            int unused = publish.executeUpdate();
        }
    }
}
