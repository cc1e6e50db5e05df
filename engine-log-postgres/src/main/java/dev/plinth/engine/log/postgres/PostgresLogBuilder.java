package dev.plinth.engine.log.postgres;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The choices of a log in PostgreSQL. Each method changes this builder; {@link #cell} connects.
 *
 * <p>Not thread-safe.
 */
public final class PostgresLogBuilder {
    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final Duration LEASE_MIN = Duration.ofMillis(500);
    private static final Duration LEASE_MAX = Duration.ofMinutes(5);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration NODE_PATIENCE = Duration.ofSeconds(15);
    private static final int NAME_LENGTH_MAX = 64;
    private static final long TABLE_BYTES = 64L * 1024 * 1024;

    private final DataSource source;
    private Duration lease = LEASE;
    private Duration nodePatience = NODE_PATIENCE;
    private long tableBytes = TABLE_BYTES;
    private boolean isLocal;

    PostgresLogBuilder(DataSource source) {
        this.source = source;
    }

    /**
     * Sets how long a leader may be silent before another node takes over; 3 s if it is not set. It is measured by the
     * clock of the database.
     *
     * @param time 500 ms to 5 min
     * @throws IllegalArgumentException if the time is out of range
     */
    public PostgresLogBuilder lease(Duration time) {
        if (time.compareTo(LEASE_MIN) < 0 || time.compareTo(LEASE_MAX) > 0) {
            throw new IllegalArgumentException("lease must be 500 ms to 5 min, got " + time + ".");
        }
        this.lease = time;
        return this;
    }

    /**
     * Takes a database without a synchronous standby. Acknowledged changes then survive the end of all processes and a
     * power cut, and the loss of the primary's disk only if that is replicated.
     */
    public PostgresLogBuilder localDurability() {
        this.isLocal = true;
        return this;
    }

    /** Sets how long another holder of a node's id is tolerated. */
    PostgresLogBuilder nodePatience(Duration time) {
        this.nodePatience = time;
        return this;
    }

    /** Sets the bytes from which on batches go to the next table. */
    PostgresLogBuilder tableBytes(long bytes) {
        this.tableBytes = bytes;
        return this;
    }

    /**
     * Connects to the log of a cell. Creates its tables if they are not there, in the first schema of the search path.
     *
     * @param name the cell's name in this database, 1 to 64 characters
     * @throws IllegalArgumentException if the name is too short or too long
     * @throws IllegalStateException if the database fails or cannot hold the log; one sentence says what to do
     */
    public PostgresLog cell(String name) {
        if (name.isEmpty() || name.length() > NAME_LENGTH_MAX) {
            throw new IllegalArgumentException("The name of a cell must be 1 to " + NAME_LENGTH_MAX
                    + " characters long, got " + name.length() + ".");
        }
        return open(new ServerCheck(isLocal), connection -> CellTables.open(connection, name), name);
    }

    /**
     * Connects to the log of a cell that is there, to read it. Also a replica can be read. The log begins no reign. It
     * follows to the very end, also behind what a leader has named as durable, as a takeover reads.
     *
     * @param name the cell's name; empty for the only one in this database
     * @throws IllegalStateException if the cell is not there, or the database fails; one sentence says what to do
     */
    public PostgresLog reader(Optional<String> name) {
        return open(ServerCheck.ofReader(), connection -> CellTables.find(connection, name), name.orElse(""));
    }

    /**
     * Looks at all cells of this database. It changes nothing, and a replica tells too.
     *
     * @throws IllegalStateException if the database fails; one sentence says what to do
     */
    public LogStatus status() {
        try (Session session = session(ServerCheck.ofReader(), Optional.empty())) {
            return session.run(connection -> StatusQuery.run(connection, new ServerCheck(isLocal)));
        } catch (SQLException e) {
            throw failed("to look at the log", e);
        }
    }

    private PostgresLog open(ServerCheck check, Session.Work<Cell> finding, String name) {
        try (Session session = session(check, Optional.empty())) {
            Cell cell = session.run(finding);
            // Its name may have been found before the tables were there, so that it is asked for now.
            SessionSettings settings = new SessionSettings(Optional.of(session.run(CellTables::searchPath)));
            check.expect(cell);
            return new PostgresLog(
                    source, check, settings, cell, new PostgresLog.Times(lease, nodePatience), tableBytes);
        } catch (Session.RefusedServerException refused) {
            throw new IllegalStateException(refused.getMessage(), refused);
        } catch (SQLException e) {
            throw failed("to open cell " + name, e);
        }
    }

    private Session session(ServerCheck check, Optional<String> searchPath) {
        return new Session(source, check, new SessionSettings(searchPath), CONNECT_TIMEOUT);
    }

    private static IllegalStateException failed(String what, SQLException e) {
        String why = String.valueOf(e.getMessage()).strip();
        return new IllegalStateException(
                "Expected " + what + " in the database, but it failed: "
                        + why.lines().findFirst().orElse("no reason was given").replaceFirst("\\.$", "")
                        + "; check URL, user and rights.",
                e);
    }
}
