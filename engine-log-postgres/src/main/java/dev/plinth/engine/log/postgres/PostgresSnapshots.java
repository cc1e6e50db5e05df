package dev.plinth.engine.log.postgres;

import dev.plinth.engine.log.SnapshotStore;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots in tables, in parts of 1 MiB. A snapshot is written in one transaction, so that no node sees the parts of a
 * writer that ends early. Each snapshot has a table to itself, which the next one empties by truncation.
 *
 * <p>A reader holds a lock of the table. So a table is emptied only when no node reads it any more.
 *
 * <p>Thread-safe. Each call has a connection of its own.
 */
final class PostgresSnapshots implements SnapshotStore {
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final int BARRIERS_MAX = 3;

    private final DataSource source;
    private final ServerCheck check;
    private final SessionSettings settings;
    private final Cell cell;
    private final StandbyGuard standbys;
    private final String used;
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private volatile boolean isClosed;

    PostgresSnapshots(DataSource source, ServerCheck check, SessionSettings settings, Cell cell) {
        this.source = source;
        this.check = check;
        this.settings = settings;
        this.cell = cell;
        this.standbys = check.standbys();
        this.used = "select 1 from plinth_snapshot where number = " + cell.number() + " and slot = ";
    }

    @Override
    public List<Long> positions() throws IOException {
        return inSession(connection -> {
            List<Long> positions = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(
                    "select position from plinth_snapshot where number = ? order by position desc")) {
                select.setInt(1, cell.number());
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        positions.add(rows.getLong(1));
                    }
                }
            }
            return positions;
        });
    }

    @Override
    public InputStream open(long position) throws IOException {
        try {
            LogTransaction transaction = LogTransaction.begin(session());
            try {
                Optional<SnapshotInput> input = SnapshotInput.open(transaction, cell, position);
                if (input.isPresent()) {
                    return input.get();
                }
            } catch (SQLException | RuntimeException e) {
                transaction.close();
                throw e;
            }
            transaction.close();
        } catch (SQLException e) {
            throw SqlStates.asIo(e);
        }
        throw new IOException(
                "Expected a snapshot at position " + position + ", but there are those at " + positions());
    }

    @Override
    public void write(long position, Content content) throws IOException {
        write(position, content, connection -> null);
    }

    /** Writes the first snapshot of an empty log, while no other reign can begin. */
    void writeFirst(long epoch, BatchTables tables, long position, Content content) throws IOException {
        write(position, content, connection -> {
            requireEmpty(connection, epoch, tables);
            return null;
        });
    }

    /**
     * Writes a snapshot in a transaction.
     *
     * @param last is done right before the commit
     */
    private void write(long position, Content content, Session.Work<@Nullable Void> last) throws IOException {
        try (LogTransaction transaction = LogTransaction.begin(session())) {
            int slot = transaction.run(this::takeSlot);
            SnapshotParts parts = new SnapshotParts(transaction, cell.parts(slot));
            content.writeTo(parts);
            parts.finish();
            transaction.run(connection -> {
                last.on(connection);
                deleteRow(connection, position);
                insertRow(connection, position, slot, parts);
                return null;
            });
            transaction.commit();
            awaitStandby(transaction);
        } catch (SQLException e) {
            throw SqlStates.asIo(e);
        }
    }

    /** Locks the row of the cell, so that no takeover passes the commit. */
    private void requireEmpty(Connection connection, long epoch, BatchTables tables) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "select epoch, exists (select 1 from plinth_snapshot"
                        + " as there where there.number = cell.number) from plinth_cell as cell where number = ? for share")) {
            select.setInt(1, cell.number());
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                if (rows.getLong(1) != epoch) {
                    throw new SQLException("another node has begun to lead");
                }
                boolean isEmpty = !rows.getBoolean(2);
                for (int table = 0; table < Cell.LOG_TABLES && isEmpty; table++) {
                    isEmpty = tables.isEmpty(connection, table);
                }
                if (!isEmpty) {
                    throw new SQLException("the cell is not empty");
                }
            }
        }
    }

    @Override
    public void delete(long position) throws IOException {
        inSession(connection -> {
            deleteRow(connection, position);
            for (int slot = 0; slot < Cell.SNAPSHOT_TABLES; slot++) {
                emptyUnused(connection, slot);
            }
            return null;
        });
    }

    /** Ends all reading and writing. */
    void close() {
        isClosed = true;
        sessions.forEach(Session::close);
    }

    private Session session() {
        Session session = new Session(source, check, settings, TIMEOUT);
        sessions.removeIf(Session::isClosed);
        sessions.add(session);
        if (isClosed) {
            session.close();
        }
        return session;
    }

    private <T extends @Nullable Object> T inSession(Session.Work<T> work) throws IOException {
        try (Session session = session()) {
            return session.run(work);
        } catch (SQLException e) {
            throw SqlStates.asIo(e);
        }
    }

    /** Returns an empty table that no other transaction can use before the end of this one. */
    private int takeSlot(Connection connection) throws SQLException {
        for (int slot = 0; slot < Cell.SNAPSHOT_TABLES; slot++) {
            if (empty(connection, slot)) {
                return slot;
            }
            connection.rollback();
        }
        throw new SQLException("All " + Cell.SNAPSHOT_TABLES + " tables of snapshots of cell " + cell.name()
                + " are in use; delete a snapshot or end its readers");
    }

    /** Frees the space of a table that holds no snapshot. */
    private void emptyUnused(Connection connection, int slot) throws SQLException {
        connection.setAutoCommit(false);
        try {
            if (empty(connection, slot)) {
                connection.commit();
            } else {
                connection.rollback();
            }
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /** Empties a table in the present transaction. Returns false if it holds a snapshot, or a reader or writer uses it. */
    private boolean empty(Connection connection, int slot) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (isUsed(statement, slot)) {
                return false;
            }
            statement.execute("lock table " + cell.parts(slot) + " in access exclusive mode nowait");
            if (isUsed(statement, slot)) {
                return false;
            }
            statement.execute("truncate table " + cell.parts(slot));
            return true;
        } catch (SQLException e) {
            if (SqlStates.isLockNotFree(e)) {
                return false;
            }
            throw e;
        }
    }

    private boolean isUsed(Statement statement, int slot) throws SQLException {
        try (ResultSet rows = statement.executeQuery(used + slot)) {
            return rows.next();
        }
    }

    private void deleteRow(Connection connection, long position) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("delete from plinth_snapshot where number = ? and position = ?")) {
            delete.setInt(1, cell.number());
            delete.setLong(2, position);
            delete.executeUpdate();
        }
    }

    private void insertRow(Connection connection, long position, int slot, SnapshotParts parts) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("insert into plinth_snapshot values (?, ?, ?, ?, ?, clock_timestamp())")) {
            insert.setInt(1, cell.number());
            insert.setLong(2, position);
            insert.setInt(3, slot);
            insert.setInt(4, parts.parts());
            insert.setLong(5, parts.bytes());
            insert.executeUpdate();
        }
    }

    private void awaitStandby(LogTransaction transaction) throws SQLException {
        for (int i = 0; i < BARRIERS_MAX; i++) {
            if (transaction.run(connection -> Barrier.pass(connection, standbys))) {
                return;
            }
        }
        throw new SQLException("The database does not wait for its standby");
    }
}
