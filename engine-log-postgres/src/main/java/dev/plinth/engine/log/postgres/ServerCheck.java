package dev.plinth.engine.log.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * Checks a new connection: its server must be the primary and make commits durable. It remembers the newest timeline,
 * and so refuses a primary that was replaced and came back. It also knows the cell that was opened, and so refuses
 * another database to which the same name leads.
 *
 * <p>Thread-safe.
 */
final class ServerCheck {
    private static final int VERSION_MIN = 14;
    private static final int HEX = 16;
    private static final String SELECT = """
            select current_setting('server_version_num')::int / 10000 as version, pg_is_in_recovery() as replica,
              current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit""";
    private static final String CELL = "select 1 from plinth_cell where number = ? and id = ?";
    private static final String TIMELINE = "select left(pg_walfile_name(pg_current_wal_lsn()), 8)";

    private final StandbyGuard standbys;
    private final boolean isReading;
    private volatile Optional<Cell> expected = Optional.empty();
    private long newestTimeline;

    /** Makes a check, which lets a server without a synchronous standby pass if durability may be local. */
    ServerCheck(boolean isLocal) {
        this(isLocal, false);
    }

    private ServerCheck(boolean isLocal, boolean isReading) {
        this.standbys = new StandbyGuard(isLocal);
        this.isReading = isReading;
    }

    /** Makes a check for reading only, which lets a replica pass too. */
    static ServerCheck ofReader() {
        return new ServerCheck(true, true);
    }

    /** Returns true if nothing is written. */
    boolean isReading() {
        return isReading;
    }

    /** Returns the guard, which needs no standby if durability may be local. */
    StandbyGuard standbys() {
        return standbys;
    }

    /** Lets all later connections pass only if their database has this cell. */
    void expect(Cell cell) {
        expected = Optional.of(cell);
    }

    /** Returns a sentence on why the server cannot hold a log; empty if it can. */
    Optional<String> refusal(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(SELECT)) {
            rows.next();
            if (rows.getInt("version") < VERSION_MIN) {
                return Optional.of("The database must be PostgreSQL " + VERSION_MIN + " or newer, got "
                        + rows.getInt("version") + ". Upgrade it.");
            }
            if (isReading) {
                return Optional.empty();
            }
            if (rows.getBoolean("replica")) {
                return Optional.of("The database must be the primary, got a replica. Name all servers in the URL, with"
                        + " targetServerType=primary.");
            }
            Optional<String> loss = loss(rows.getString("fsync"), rows.getString("commit"));
            return loss.isPresent() ? loss : standbys.refusal(connection);
        }
    }

    /**
     * Returns a sentence on why the server does not hold the log that was opened; empty if it does. To be asked after
     * {@link #refusal}, on a connection with the settings of the log. The cell comes first, since the timeline of another
     * database tells nothing.
     */
    Optional<String> mismatch(Connection connection) throws SQLException {
        Optional<Cell> cell = expected;
        if (cell.isPresent() && !has(connection, cell.get())) {
            return Optional.of("The database must be the one in which cell "
                    + cell.get().name()
                    + " was opened, got another one. Check where the name of its server leads.");
        }
        return isReading ? Optional.empty() : replaced(timeline(connection));
    }

    private static boolean has(Connection connection, Cell cell) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(CELL)) {
            select.setInt(1, cell.number());
            select.setObject(2, cell.id());
            try (ResultSet rows = select.executeQuery()) {
                return rows.next();
            }
        }
    }

    private static long timeline(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(TIMELINE)) {
            rows.next();
            return Long.parseLong(rows.getString(1), HEX);
        }
    }

    private Optional<String> loss(String fsync, String commit) {
        if (!fsync.equals("on")) {
            return Optional.of("The setting fsync of the database must be on, got " + fsync
                    + ". Set it on, because a power cut would lose acknowledged changes.");
        }
        if (!commit.equals("on") && !commit.equals("remote_apply")) {
            return Optional.of("The setting synchronous_commit of the database must be on or remote_apply, got "
                    + commit + ". Set it on for this user.");
        }
        return Optional.empty();
    }

    private synchronized Optional<String> replaced(long timeline) {
        if (timeline < newestTimeline) {
            return Optional.of("The database must be at timeline " + newestTimeline + " or a later one, got " + timeline
                    + ". Stop this server, because another one has replaced it.");
        }
        newestTimeline = timeline;
        return Optional.empty();
    }
}
