package dev.plinth.engine.benchmarks;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import org.jspecify.annotations.Nullable;

/**
 * A stack on a SQL database. Connections stay open and are shared, each with its statements prepared. A create is one
 * transaction, and if the database allows it, one statement and so one round trip.
 */
class SqlPeer extends StackPeer {
    private static final List<String> TABLES = List.of(
            "CREATE TABLE resource (workspace INT NOT NULL, id VARCHAR(30) NOT NULL, status VARCHAR(10) NOT NULL,"
                    + " version BIGINT NOT NULL, created BIGINT NOT NULL, body $bytes NOT NULL, PRIMARY KEY (workspace, id))",
            "CREATE TABLE outbox (id INTEGER PRIMARY KEY, workspace INT NOT NULL, created BIGINT NOT NULL,"
                    + " body $bytes NOT NULL)",
            "CREATE TABLE remembered (workspace INT NOT NULL, name VARCHAR(255) NOT NULL, fingerprint $bytes NOT NULL,"
                    + " status INT NOT NULL, created BIGINT NOT NULL, body $bytes NOT NULL, PRIMARY KEY (workspace, name))");
    private static final List<String> INSERTS = List.of(
            "INSERT INTO resource VALUES (?, ?, ?, ?, ?, ?)",
            "INSERT INTO outbox VALUES (?, ?, ?, ?)",
            "INSERT INTO remembered VALUES (?, ?, ?, ?, ?, ?)");
    private static final String ONE_INSERT =
            "WITH r AS (" + INSERTS.get(0) + "), o AS (" + INSERTS.get(1) + ") " + INSERTS.get(2);
    private static final String FIND = "SELECT fingerprint, body FROM remembered WHERE workspace = ? AND name = ?";
    private static final String GET = "SELECT body FROM resource WHERE workspace = ? AND id = ?";

    private final List<Session> all = new ArrayList<>();
    private final BlockingDeque<Session> readers = new LinkedBlockingDeque<>();
    private final BlockingDeque<Session> writers;
    private final Dialect dialect;

    /**
     * A database.
     *
     * @param bytes its type for bytes
     * @param settings the first statements of each connection
     * @param readers connections
     * @param writers further connections; 0 if the readers write too, by a single statement
     */
    record Dialect(String url, String bytes, List<String> settings, int readers, int writers) {}

    SqlPeer(Dialect dialect) throws SQLException {
        this.dialect = dialect;
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String table : TABLES) {
                statement.execute("DROP TABLE IF EXISTS " + table.split(" ")[2]);
                statement.execute(table.replace("$bytes", dialect.bytes));
            }
            // Made before the first connection of a pool closes, because a database in memory ends with its last
            // connection.
            for (int i = 0; i < dialect.readers; i++) {
                readers.add(new Session(true));
            }
            writers = dialect.writers == 0 ? readers : new LinkedBlockingDeque<>();
            for (int i = 0; i < dialect.writers; i++) {
                writers.add(new Session(false));
            }
        }
    }

    @Override
    @Nullable
    Remembered find(int workspace, String key) {
        return with(readers, session -> {
            try (ResultSet found = session.query(session.find, workspace, key)) {
                return found.next() ? new Remembered(found.getBytes(1), found.getBytes(2)) : null;
            }
        });
    }

    @Override
    byte @Nullable [] resource(int workspace, String id) {
        return with(readers, session -> {
            try (ResultSet found = session.query(session.get, workspace, id)) {
                return found.next() ? found.getBytes(1) : null;
            }
        });
    }

    @Override
    void commit(Writes writes) {
        commit(List.of(writes));
    }

    /** Commits all in one transaction. */
    final void commit(List<Writes> many) {
        Boolean unused = with(writers, session -> {
            for (Writes writes : many) {
                session.insert(writes);
            }
            session.commit();
            return true;
        });
    }

    @Override
    public void close() throws SQLException {
        for (Session session : all) {
            session.connection.close();
        }
    }

    private interface Use<T extends @Nullable Object> {
        T of(Session session) throws SQLException;
    }

    private static <T extends @Nullable Object> T with(BlockingDeque<Session> sessions, Use<T> use) {
        try {
            Session session = sessions.takeFirst();
            try {
                return use.of(session);
            } finally {
                sessions.addFirst(session);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("Expected the database to answer, but it failed", e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("Expected a connection, but was interrupted", e);
        }
    }

    private Connection connect() throws SQLException {
        Connection connection = DriverManager.getConnection(dialect.url);
        try (Statement statement = connection.createStatement()) {
            for (String setting : dialect.settings) {
                statement.execute(setting);
            }
        }
        return connection;
    }

    /** A connection with its statements. A reader commits by itself, because it would otherwise keep its snapshot. */
    private final class Session {
        private final Connection connection = connect();
        private final PreparedStatement find = connection.prepareStatement(FIND);
        private final PreparedStatement get = connection.prepareStatement(GET);
        private final List<PreparedStatement> inserts = new ArrayList<>();
        private final boolean reads;

        Session(boolean reads) throws SQLException {
            this.reads = reads;
            connection.setAutoCommit(reads);
            for (String insert : dialect.writers == 0 ? List.of(ONE_INSERT) : INSERTS) {
                inserts.add(connection.prepareStatement(insert));
            }
            all.add(this);
        }

        private ResultSet query(PreparedStatement statement, int workspace, String name) throws SQLException {
            statement.setInt(1, workspace);
            statement.setString(2, name);
            return statement.executeQuery();
        }

        private void insert(Writes writes) throws SQLException {
            long at = writes.at().toEpochMilli();
            Object[] resource = {writes.workspace(), writes.id(), "active", 1L, at, writes.resource()};
            Object[] event = {writes.number(), writes.workspace(), at, writes.event()};
            Object[] remembered = {
                writes.workspace(),
                writes.key(),
                writes.remembered().fingerprint(),
                201,
                at,
                writes.remembered().body()
            };
            if (inserts.size() == 1) {
                execute(inserts.get(0), resource, event, remembered);
            } else {
                execute(inserts.get(0), resource);
                execute(inserts.get(1), event);
                execute(inserts.get(2), remembered);
            }
        }

        private void execute(PreparedStatement statement, Object[]... rows) throws SQLException {
            int index = 0;
            for (Object[] row : rows) {
                for (Object value : row) {
                    bind(statement, ++index, value);
                }
            }
            int count = statement.executeUpdate();
            if (count != 1) {
                throw new SQLException("Expected one row, but wrote " + count + " of " + Arrays.deepToString(rows));
            }
        }

        private void bind(PreparedStatement statement, int index, Object value) throws SQLException {
            if (value instanceof byte[] bytes) {
                statement.setBytes(index, bytes);
            } else if (value instanceof String text) {
                statement.setString(index, text);
            } else if (value instanceof Long number) {
                statement.setLong(index, number);
            } else {
                statement.setInt(index, (Integer) value);
            }
        }

        private void commit() throws SQLException {
            if (!reads) {
                connection.commit();
            }
        }
    }
}
