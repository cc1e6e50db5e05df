package dev.plinth.engine.jdbc;

import dev.plinth.engine.Engine;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * An inbox of the engine in the host's database. What code writes into it in a transaction of that database happens in
 * the engine if and only if the transaction commits, exactly once.
 *
 * <p>One thread reads committed rows and has the engine apply them, on the node that leads. Thread-safe.
 */
public final class PlinthInbox implements AutoCloseable {
    private static final int ROWS_PER_PAGE_MAX = 1_000;

    private final Engine engine;
    private final DataSource source;
    private final InboxTables tables;
    private final InboxReader reader;

    private PlinthInbox(Engine engine, DataSource source, InboxTables tables) {
        this.engine = engine;
        this.source = source;
        this.tables = tables;
        this.reader = new InboxReader(engine, source, tables);
    }

    /** Returns a builder for an inbox of an engine in the database of a data source. */
    public static Builder of(Engine engine, DataSource source) {
        return new Builder(engine, source);
    }

    /** The settings of an inbox. Not thread-safe. */
    public static final class Builder {
        private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,40}");

        private final Engine engine;
        private final DataSource source;
        private String name = "default";
        private String table = Database.TABLE;
        private boolean create;

        private Builder(Engine engine, DataSource source) {
            this.engine = Objects.requireNonNull(engine, "engine must not be null.");
            this.source = Objects.requireNonNull(source, "source must not be null.");
        }

        /**
         * Sets the name of the inbox, by which its rows are told from those of other engines in the same database. The default
         * is {@code default}.
         *
         * @param other {@code [a-z][a-z0-9_]{0,40}}
         */
        public Builder name(String other) {
            name = checked(other);
            return this;
        }

        /**
         * Sets the name of the table. That of refused rows is the same with {@code _refused} behind it. The default is
         * {@code plinth_inbox}.
         *
         * @param other {@code [a-z][a-z0-9_]{0,40}}
         */
        public Builder table(String other) {
            table = checked(other);
            return this;
        }

        /** Creates the tables when the inbox is opened, unless they are there. This needs the right to create tables. */
        public Builder createTables() {
            create = true;
            return this;
        }

        /**
         * Opens the inbox, and begins to apply its rows.
         *
         * @throws SQLException if the database cannot be reached
         * @throws IllegalStateException if the tables are not there; one sentence says what to do
         */
        public PlinthInbox open() throws SQLException {
            InboxTables tables;
            try (Connection connection = source.getConnection()) {
                tables = new InboxTables(Database.of(connection), table, name);
                if (create && !tables.areThere(connection)) {
                    create(tables, connection);
                }
            }
            try (Connection connection = source.getConnection()) {
                if (!tables.areThere(connection)) {
                    throw tables.absent(connection, null);
                }
            }
            PlinthInbox inbox = new PlinthInbox(engine, source, tables);
            inbox.reader.start();
            return inbox;
        }

        /** Creates the tables, unless another process does so at the same time. */
        private void create(InboxTables tables, Connection connection) throws SQLException {
            boolean autocommit = connection.getAutoCommit();
            connection.setAutoCommit(true);
            try {
                tables.create(connection);
            } catch (SQLException e) {
                if (!tables.areThere(connection)) {
                    throw e;
                }
            } finally {
                connection.setAutoCommit(autocommit);
            }
        }

        private static String checked(String name) {
            if (!NAME.matcher(Objects.requireNonNull(name, "name must not be null."))
                    .matches()) {
                throw new IllegalArgumentException(
                        "The name of an inbox or of a table must match " + NAME + ", got \"" + name + "\".");
            }
            return name;
        }
    }

    /**
     * Begins to write rows in the transaction of a connection. Close what it returns after the commit, so that the rows are
     * applied at once. Otherwise they are found within half a second.
     *
     * @param connection a connection to the database of this inbox, in a transaction
     * @throws IllegalStateException if the connection is closed, read-only or in autocommit mode
     */
    public InboxTransaction in(Connection connection) throws SQLException {
        Objects.requireNonNull(connection, "connection must not be null.");
        InboxTransaction transaction = new InboxTransaction(engine, connection, tables, reader::wake);
        transaction.check();
        return transaction;
    }

    /** Looks for rows at once, because a transaction with some has been committed. Never waits. */
    public void wake() {
        reader.wake(List.of());
    }

    /**
     * Returns rows that were refused, and rows that wait behind them, by their numbers.
     *
     * @param after the number after which to begin; 0 for the first one
     * @param limit 1 to 1,000
     */
    public List<RefusedRow> refused(long after, int limit) throws SQLException {
        if (limit < 1 || limit > ROWS_PER_PAGE_MAX) {
            throw new IllegalArgumentException("limit must be 1 to " + ROWS_PER_PAGE_MAX + ", got " + limit + ".");
        }
        try (Connection connection = source.getConnection()) {
            return tables.refused(connection, after, limit);
        }
    }

    /**
     * Has a refused row applied again, before the rows that wait behind it.
     *
     * @return false if no refused row has this number
     */
    public boolean resend(long number) throws SQLException {
        return change(connection -> tables.putBack(connection, number) > 0);
    }

    /**
     * Deletes a refused row. Its effects will not happen. The rows that wait behind it are applied.
     *
     * @return false if no refused row has this number
     */
    public boolean drop(long number) throws SQLException {
        return change(connection -> tables.drop(connection, number));
    }

    private boolean change(Transactions.Work<Boolean> work) throws SQLException {
        boolean changed = Transactions.in(source, work);
        reader.reload();
        return changed;
    }

    /** Returns the state of the inbox. */
    public InboxHealth health() throws SQLException {
        try (Connection connection = source.getConnection()) {
            return new InboxHealth(tables.countPending(connection), tables.countRefused(connection), reader.failure());
        }
    }

    /** Returns how many rows this process has had applied since the inbox was opened. */
    public long appliedRows() {
        return reader.applied();
    }

    /** Ends the reading. A row that is being applied is applied and deleted. */
    @Override
    public void close() {
        reader.close();
    }
}
