package dev.plinth.engine.log.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The state of a connection that the log needs, whatever a pool, the user or the database has set. No timeout of the
 * server may end a statement that waits for the standby, and the server finds out soon that a client is gone. A table is
 * looked for in the schema of the log only. A statement is neither compiled nor shared among processes, because it
 * takes less time than that. No reload of the server's configuration changes whether commits wait.
 *
 * <p>Immutable.
 */
final class SessionSettings {
    private static final Map<String, String> WANTED = Map.ofEntries(
            Map.entry("synchronous_commit", "on"),
            Map.entry("statement_timeout", "0"),
            Map.entry("lock_timeout", "0"),
            Map.entry("idle_in_transaction_session_timeout", "0"),
            Map.entry("idle_session_timeout", "0"),
            Map.entry("transaction_timeout", "0"),
            Map.entry("client_min_messages", "warning"),
            Map.entry("default_transaction_isolation", "read committed"),
            Map.entry("default_transaction_read_only", "off"),
            Map.entry("default_transaction_deferrable", "off"),
            Map.entry("jit", "off"),
            Map.entry("max_parallel_workers_per_gather", "0"),
            Map.entry("enable_seqscan", "off"),
            Map.entry("enable_bitmapscan", "off"),
            Map.entry("client_connection_check_interval", "5000"),
            Map.entry("tcp_user_timeout", "11000"),
            Map.entry("tcp_keepalives_idle", "5"),
            Map.entry("tcp_keepalives_interval", "2"),
            Map.entry("tcp_keepalives_count", "3"));

    private final Map<String, String> wanted = new LinkedHashMap<>(WANTED);

    /**
     * Makes the settings.
     *
     * @param searchPath where to look for tables; empty for the path of the connection
     */
    SessionSettings(Optional<String> searchPath) {
        searchPath.ifPresent(path -> wanted.put("search_path", path));
    }

    /**
     * The state to give a connection back in.
     *
     * @param settings the settings of the server that were changed
     */
    record Earlier(boolean autoCommit, boolean readOnly, int timeoutMillis, Map<String, String> settings) {}

    /** Makes a connection one that commits each statement, before anything is asked over it. */
    static Earlier begin(Connection connection, int timeoutMillis) throws SQLException {
        Earlier earlier = new Earlier(
                connection.getAutoCommit(), connection.isReadOnly(), connection.getNetworkTimeout(), Map.of());
        if (!earlier.autoCommit()) {
            connection.setAutoCommit(true);
        }
        if (earlier.readOnly()) {
            connection.setReadOnly(false);
        }
        connection.setNetworkTimeout(Runnable::run, timeoutMillis);
        return earlier;
    }

    /** Sets the settings, and leaves out those that this version of PostgreSQL does not know. */
    Earlier apply(Connection connection, Earlier begun) throws SQLException {
        return new Earlier(begun.autoCommit(), begun.readOnly(), begun.timeoutMillis(), set(connection, wanted));
    }

    /** Makes a connection as it was. */
    static void restore(Connection connection, Earlier earlier) throws SQLException {
        Map<String, String> unused = set(connection, earlier.settings());
        connection.setNetworkTimeout(Runnable::run, earlier.timeoutMillis());
        if (earlier.readOnly()) {
            connection.setReadOnly(true);
        }
        if (!earlier.autoCommit()) {
            connection.setAutoCommit(false);
        }
    }

    /**
     * Sets settings of the server, and returns the earlier values. A commit that waits for more than is wanted stays so.
     * Only a server on Linux can look for its client during a statement, and others refuse the setting.
     */
    private static Map<String, String> set(Connection connection, Map<String, String> wanted) throws SQLException {
        Map<String, String> earlier = new LinkedHashMap<>();
        try (PreparedStatement set =
                connection.prepareStatement("select name, setting, set_config(name, case when setting"
                        + " = 'remote_apply' then setting else value end, false) from pg_catalog.pg_settings join unnest(?, ?) as"
                        + " wanted(name, value) using (name) where name <> 'client_connection_check_interval' or version() like"
                        + " '%linux%'")) {
            List<String> names = List.copyOf(wanted.keySet());
            set.setArray(1, connection.createArrayOf("text", names.toArray()));
            set.setArray(
                    2,
                    connection.createArrayOf(
                            "text", names.stream().map(wanted::get).toArray()));
            try (ResultSet rows = set.executeQuery()) {
                while (rows.next()) {
                    earlier.put(rows.getString(1), rows.getString(2));
                }
            }
        }
        return earlier;
    }
}
