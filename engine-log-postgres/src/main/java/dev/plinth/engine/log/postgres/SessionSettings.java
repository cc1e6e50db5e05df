package dev.plinth.engine.log.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The settings of a connection that the log needs. No timeout of the server may end a statement that waits for the
 * standby, and the server finds out soon that a client is gone.
 */
final class SessionSettings {
    private static final Map<String, String> WANTED = Map.ofEntries(
            Map.entry("statement_timeout", "0"),
            Map.entry("lock_timeout", "0"),
            Map.entry("idle_in_transaction_session_timeout", "0"),
            Map.entry("idle_session_timeout", "0"),
            Map.entry("transaction_timeout", "0"),
            Map.entry("client_min_messages", "warning"),
            Map.entry("default_transaction_isolation", "read committed"),
            Map.entry("enable_seqscan", "off"),
            Map.entry("enable_bitmapscan", "off"),
            Map.entry("tcp_keepalives_idle", "5"),
            Map.entry("tcp_keepalives_interval", "2"),
            Map.entry("tcp_keepalives_count", "3"));

    private SessionSettings() {}

    /** Sets them, and returns the earlier values. Leaves out those that this version of PostgreSQL does not know. */
    static Map<String, String> apply(Connection connection) throws SQLException {
        return set(connection, WANTED);
    }

    /** Sets values, such as those that {@link #apply} has returned. */
    static Map<String, String> set(Connection connection, Map<String, String> wanted) throws SQLException {
        Map<String, String> earlier = new LinkedHashMap<>();
        try (PreparedStatement set = connection.prepareStatement("select name, setting, set_config(name, value, false)"
                + " from pg_settings join unnest(?, ?) as wanted(name, value) using (name)")) {
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
