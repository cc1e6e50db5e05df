package dev.plinth.engine.log.postgres;

import java.sql.Connection;
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
        ServerCheck check = new ServerCheck(isLocal);
        try (Connection connection = source.getConnection()) {
            connection.setAutoCommit(true);
            Optional<String> refusal = check.refusal(connection);
            if (refusal.isPresent()) {
                throw new IllegalStateException(refusal.get());
            }
            Cell cell = CellTables.open(connection, name);
            return new PostgresLog(source, check, cell, new PostgresLog.Times(lease, nodePatience), tableBytes);
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "Expected to open cell " + name + " in the database, but it failed: " + e.getMessage()
                            + "; check URL, user and rights.",
                    e);
        }
    }
}
