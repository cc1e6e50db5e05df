package dev.plinth.engine.log.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The lock of a node's id. Its connection holds it, so the server frees it as soon as that connection is gone. So other
 * nodes learn quickly of the end of a process, and a second process with the same id is refused.
 *
 * <p>The remains of an earlier connection of this node hold it too, until the server finds out that their client is gone.
 * While they wait for a standby, it does not. A living process is told from them by its statements: remains begin no new
 * one.
 *
 * <p>Used by one thread at a time.
 */
final class NodeLock {
    /** The key of a node's lock, of its id and the number of the cell. */
    static final String KEY = "hashtextextended('plinth ' || %s, %d)";

    /** The server may begin a last statement of a client that is gone, and one that was under way. */
    private static final int STATEMENTS_OF_REMAINS = 2;

    private static final String HOLDER =
            "select concat(pid, ' ', extract(epoch from query_start)) from pg_catalog.pg_locks as held join"
                    + " pg_catalog.pg_stat_activity as activity using (pid) where locktype = 'advisory' and granted"
                    + " and mode = 'ExclusiveLock' and objsubid = 1 and activity.datname = current_database()"
                    + " and held.database = activity.datid and (classid::bigint << 32) + objid::bigint = ";

    private final Cell cell;
    private final Duration patience;
    private @Nullable String id;
    private @Nullable Connection holder;
    private long refusedSince;
    private boolean isRefused;
    private String seen = "";
    private int statements;

    /**
     * Makes a lock of a cell.
     *
     * @param patience how long another holder may be the remains of this node's earlier connection
     */
    NodeLock(Cell cell, Duration patience) {
        this.cell = cell;
        this.patience = patience;
    }

    /**
     * Takes the lock of an id on this connection, unless it has it already.
     *
     * @return false if another connection has it
     * @throws IllegalStateException if a process that lives has had it for too long
     */
    boolean take(Connection connection, String nodeId) throws SQLException {
        if (!nodeId.equals(id)) {
            id = nodeId;
            holder = null;
        }
        if (holdAgain(connection)) {
            return true;
        }
        if (!isRefused) {
            isRefused = true;
            refusedSince = System.nanoTime();
            seen = "";
            statements = 0;
        }
        count(connection, nodeId);
        if (isRefusedForLong() && isHolderAlive()) {
            throw refusal(nodeId);
        }
        return false;
    }

    /** Returns true if another connection has had the lock for longer than the patience. */
    boolean isRefusedForLong() {
        return isRefused && System.nanoTime() - refusedSince > patience.toNanos();
    }

    /** Returns true if the other connection has begun more statements, since it was first seen, than remains do. */
    boolean isHolderAlive() {
        return isRefused && statements > STATEMENTS_OF_REMAINS;
    }

    private void count(Connection connection, String nodeId) throws SQLException {
        Optional<String> now = holder(connection, nodeId);
        if (now.isPresent() && !now.get().equals(seen)) {
            statements += seen.isEmpty() ? 0 : 1;
            seen = now.get();
        }
    }

    /** Returns the failure of a node whose id another process has. */
    IllegalStateException refusal(String nodeId) {
        return new IllegalStateException("Expected node id " + nodeId + " to be free in cell " + cell.name()
                + ", but another process holds it; stop that process or choose another id.");
    }

    /** Returns the holder of an id's lock with the start of its last statement; empty if none is seen. */
    private Optional<String> holder(Connection connection, String nodeId) throws SQLException {
        String key = String.format(KEY, "?", cell.number());
        try (PreparedStatement select = connection.prepareStatement(HOLDER + key)) {
            select.setString(1, nodeId);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
            }
        }
    }

    /** Takes the lock of the last id on a new connection, if there was an id. Returns false if that failed. */
    boolean holdAgain(Connection connection) throws SQLException {
        if (id == null || connection.equals(holder)) {
            return true;
        }
        String key = String.format(KEY, "?", cell.number());
        try (PreparedStatement select = connection.prepareStatement("select pg_try_advisory_lock(" + key + ")")) {
            select.setString(1, id);
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                if (rows.getBoolean(1)) {
                    holder = connection;
                    isRefused = false;
                }
                return rows.getBoolean(1);
            }
        }
    }

    /** Returns the SQL expression that is true if no connection holds the lock of the id in a column. */
    static String isFree(Cell cell, String column) {
        return "pg_try_advisory_xact_lock_shared(" + String.format(KEY, column, cell.number()) + ")";
    }

    Optional<String> id() {
        return Optional.ofNullable(id);
    }
}
