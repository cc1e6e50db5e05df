package dev.plinth.engine.log.postgres;

import dev.plinth.engine.log.Leader;
import dev.plinth.engine.log.Node;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.UUID;

/** Asks a database for the state of its logs. */
final class StatusQuery {
    private static final String SERVER = "select current_setting('server_version'), pg_is_in_recovery(),"
            + " current_setting('synchronous_standby_names')";
    private static final String READERS = "select coalesce(application_name, ''), coalesce(sync_state, 'hidden'),"
            + " exists (select 1 from pg_replication_slots where active_pid = pid and slot_type = 'logical')"
            + " from pg_stat_replication order by 1, pid";

    private StatusQuery() {}

    /**
     * Looks at all cells.
     *
     * @param check what a node would check at its start
     */
    static LogStatus run(Connection connection, ServerCheck check) throws SQLException {
        List<LogStatus.CellStatus> cells = new ArrayList<>();
        for (String name : CellTables.names(connection)) {
            cells.add(cell(connection, name));
        }
        Optional<String> refusal = check.refusal(connection);
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(SERVER)) {
            rows.next();
            LogStatus.ServerStatus server = new LogStatus.ServerStatus(
                    rows.getString(1), rows.getBoolean(2), rows.getString(3), readers(connection));
            return new LogStatus(server, refusal, cells);
        }
    }

    private static List<LogStatus.ReaderStatus> readers(Connection connection) throws SQLException {
        List<LogStatus.ReaderStatus> readers = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(READERS)) {
            while (rows.next()) {
                readers.add(new LogStatus.ReaderStatus(rows.getString(1), rows.getString(2), rows.getBoolean(3)));
            }
        }
        return readers;
    }

    private static LogStatus.CellStatus cell(Connection connection, String name) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "select number, id, format, epoch, node, url, lease_ms from plinth_cell where name = ?")) {
            select.setString(1, name);
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                Cell cell = new Cell(rows.getInt(1), name, rows.getObject(2, UUID.class));
                int format = rows.getInt(3);
                long epoch = rows.getLong(4);
                if (format != CellTables.FORMAT) {
                    return new LogStatus.CellStatus(
                            name,
                            cell.id(),
                            format,
                            epoch,
                            Optional.empty(),
                            Duration.ZERO,
                            Duration.ZERO,
                            0,
                            0,
                            0,
                            0,
                            0,
                            List.of(),
                            List.of());
                }
                String node = rows.getString(5);
                Optional<Leader> leader = node == null || node.isEmpty() || node.length() > Node.ID_LENGTH_MAX
                        ? Optional.empty()
                        : Optional.of(new Leader(new Node(node, Reigns.url(rows.getString(6))), epoch));
                return cell(connection, cell, leader, epoch, Duration.ofMillis(rows.getLong(7)));
            }
        }
    }

    private static LogStatus.CellStatus cell(
            Connection connection, Cell cell, Optional<Leader> leader, long epoch, Duration lease) throws SQLException {
        long first = 0;
        long last = 0;
        long lastFirst = 0;
        for (int i = 0; i < Cell.LOG_TABLES; i++) {
            String at = " from " + cell.log(i) + " where last > " + Cell.value(cell.truncated());
            long begins = number(connection, "select coalesce(min(first), 0)" + at);
            first = first == 0 || begins != 0 && begins < first ? begins : first;
            last = Math.max(
                    last,
                    number(connection, "select coalesce((select last" + at + " order by first desc limit 1), 0)"));
            lastFirst = Math.max(lastFirst, number(connection, "select coalesce(max(first), 0)" + at));
        }
        long named = number(connection, "select " + Cell.value(cell.durable()));
        List<LogStatus.SnapshotStatus> snapshots = snapshots(connection, cell);
        long inSnapshot = snapshots.isEmpty() ? 0 : snapshots.get(0).position();
        long durable = Math.max(Math.max(named, inSnapshot), lastFirst - 1);
        long silence = number(
                connection,
                "select case " + Cell.value(cell.beat()) + " when 0 then 0 else "
                        + Clock.millisSince(Cell.value(cell.beat())) + " end");
        return new LogStatus.CellStatus(
                cell.name(),
                cell.id(),
                CellTables.FORMAT,
                epoch,
                leader,
                Duration.ofMillis(silence),
                lease,
                durable,
                first,
                last,
                size(connection, Cell.LOG_TABLES, cell::log),
                size(connection, Cell.SNAPSHOT_TABLES, cell::parts),
                nodes(connection, cell, leader, durable, Duration.ofMillis(silence)),
                snapshots);
    }

    private static List<LogStatus.NodeStatus> nodes(
            Connection connection, Cell cell, Optional<Leader> leader, long durable, Duration silence)
            throws SQLException {
        StringJoiner oldest = new StringJoiner(" union all ");
        for (int i = 0; i < Cell.LOG_TABLES; i++) {
            oldest.add("select at from (select at from " + cell.log(i) + " where last > applied and last <= " + durable
                    + " order by first limit 1) as oldest");
        }
        String lag =
                "coalesce((select " + Clock.millisSince("min(behind.at)") + " from (" + oldest + ") as behind), 0)";
        List<LogStatus.NodeStatus> nodes = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement("select id, url, applied, " + lag
                + ", (extract(epoch from clock_timestamp() - at) * 1000)::bigint from plinth_node where number = ?"
                + " order by id")) {
            select.setInt(1, cell.number());
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    String id = rows.getString(1);
                    boolean leads =
                            leader.filter(it -> it.node().id().equals(id)).isPresent();
                    long applied = leads ? durable : rows.getLong(3);
                    nodes.add(new LogStatus.NodeStatus(
                            id,
                            Reigns.url(rows.getString(2)),
                            applied,
                            Math.max(0, durable - applied),
                            Duration.ofMillis(leads ? 0 : rows.getLong(4)),
                            leads ? silence : Duration.ofMillis(Math.max(0, rows.getLong(5)))));
                }
            }
        }
        return nodes;
    }

    private static List<LogStatus.SnapshotStatus> snapshots(Connection connection, Cell cell) throws SQLException {
        List<LogStatus.SnapshotStatus> snapshots = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                "select position, bytes, made from plinth_snapshot where number = ? order by position desc")) {
            select.setInt(1, cell.number());
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    snapshots.add(new LogStatus.SnapshotStatus(
                            rows.getLong(1),
                            rows.getLong(2),
                            rows.getObject(3, OffsetDateTime.class).toInstant()));
                }
            }
        }
        return snapshots;
    }

    /** Gives the name of a table by its number. */
    @FunctionalInterface
    private interface TableNames {
        String of(int table);
    }

    private static long size(Connection connection, int tables, TableNames names) throws SQLException {
        long bytes = 0;
        for (int i = 0; i < tables; i++) {
            bytes += number(connection, "select pg_total_relation_size('" + names.of(i) + "')");
        }
        return bytes;
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
