package dev.plinth.engine.jdbc;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.inbox.InboxResult;
import dev.plinth.engine.inbox.InboxRow;
import dev.plinth.engine.inbox.RowName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The statements on the two tables of an inbox. Each is one statement on the connection that is given. Immutable. */
final class InboxTables {
    private static final String COLUMNS = "id, row_id, inbox, workspace, version, body, written_at";
    private static final String SELECT = "select id, row_id, workspace, version, body from ";
    private static final String OF_INBOX = " where inbox = ?";

    private final Database database;
    private final String table;
    private final String refused;
    private final String inbox;

    /**
     * Makes the statements.
     *
     * @param inbox the name of the inbox
     */
    InboxTables(Database database, String table, String inbox) {
        this.database = database;
        this.table = table;
        this.refused = table + "_refused";
        this.inbox = inbox;
    }

    Database database() {
        return database;
    }

    String inbox() {
        return inbox;
    }

    String table() {
        return table;
    }

    /** Returns true if the tables are there. */
    boolean areThere(Connection connection) {
        try (Statement statement = connection.createStatement()) {
            statement.executeQuery("select 1 from " + table + " where 1 = 0").close();
            statement.executeQuery("select 1 from " + refused + " where 1 = 0").close();
            return true;
        } catch (SQLException absent) {
            return false;
        }
    }

    /** Creates the tables. */
    void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String each : database.ddl(table)) {
                boolean unused = statement.execute(each);
            }
        }
    }

    /** Inserts a row in the transaction of a connection, and returns its number. */
    long insert(Connection connection, String workspace, Json body) throws SQLException {
        String sql =
                "insert into " + table + " (inbox, workspace, body) values (?, ?, " + database.jsonParameter() + ")";
        try (PreparedStatement statement = connection.prepareStatement(sql, new String[] {"id"})) {
            statement.setString(1, inbox);
            statement.setString(2, workspace);
            statement.setString(3, body.toString());
            int unused = statement.executeUpdate();
            try (ResultSet keys = statement.getGeneratedKeys()) {
                if (!keys.next()) {
                    throw new SQLException("Expected the number of the new row of " + table + ", but got none");
                }
                return keys.getLong(1);
            }
        }
    }

    /** Reads the rows beyond a number, in order. */
    List<InboxRow> read(Connection connection, long after, int limit) throws SQLException {
        String sql = SELECT + table + OF_INBOX + " and id > ? order by id limit " + limit;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, inbox);
            statement.setLong(2, after);
            return rows(statement);
        }
    }

    /** Reads the rows with these numbers, in order. */
    List<InboxRow> read(Connection connection, List<Long> numbers) throws SQLException {
        String sql = SELECT + table + OF_INBOX + " and id in (?" + ", ?".repeat(numbers.size() - 1) + ") order by id";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, inbox);
            for (int i = 0; i < numbers.size(); i++) {
                statement.setLong(i + 2, numbers.get(i));
            }
            return rows(statement);
        }
    }

    private static List<InboxRow> rows(PreparedStatement statement) throws SQLException {
        List<InboxRow> rows = new ArrayList<>();
        try (ResultSet found = statement.executeQuery()) {
            while (found.next()) {
                RowName name = new RowName(found.getLong(1), UUID.fromString(found.getString(2)));
                rows.add(new InboxRow(name, found.getString(3), found.getInt(4), found.getString(5)));
            }
        }
        return rows;
    }

    /** Deletes rows that were applied. */
    void delete(Connection connection, Collection<RowName> names) throws SQLException {
        String sql = "delete from " + table + " where id = ? and row_id = " + database.idParameter();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (RowName name : names) {
                statement.setLong(1, name.number());
                statement.setString(2, name.id().toString());
                statement.addBatch();
            }
            int[] unused = statement.executeBatch();
        }
    }

    /** Moves a row that was not applied to the refused ones. */
    void setAside(Connection connection, RowName name, InboxResult result) throws SQLException {
        String sql = "insert into " + refused + " (" + COLUMNS + ", problem, resources, waits) select " + COLUMNS
                + ", ?, ?, ? from " + table + " where id = ? and row_id = " + database.idParameter();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(
                    1,
                    result.problem().map(problem -> problem.json().toString()).orElse(null));
            statement.setString(2, String.join(" ", result.resources()));
            statement.setBoolean(3, result.fate() == InboxResult.Fate.WAITING);
            statement.setLong(4, name.number());
            statement.setString(5, name.id().toString());
            int unused = statement.executeUpdate();
        }
        delete(connection, List.of(name));
    }

    /** Reads refused and waiting rows beyond a number, in order. */
    List<RefusedRow> refused(Connection connection, long after, int limit) throws SQLException {
        String sql = "select id, workspace, body, written_at, refused_at, problem, resources from " + refused + OF_INBOX
                + " and id > ? order by id limit " + limit;
        List<RefusedRow> rows = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, inbox);
            statement.setLong(2, after);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    rows.add(refusedRow(found));
                }
            }
        }
        return rows;
    }

    private static RefusedRow refusedRow(ResultSet found) throws SQLException {
        RefusedRow.Times times = new RefusedRow.Times(
                found.getTimestamp(4).toInstant(), found.getTimestamp(5).toInstant());
        Optional<Problem> problem =
                Optional.ofNullable(found.getString(6)).map(Json::of).map(Problem::of);
        String resources = found.getString(7);
        return new RefusedRow(
                found.getLong(1),
                found.getString(2),
                found.getString(3),
                times,
                problem,
                resources.isEmpty() ? List.of() : Arrays.asList(resources.split(" ")));
    }

    /** Returns how many rows are refused or wait. */
    long countRefused(Connection connection) throws SQLException {
        return count(connection, refused);
    }

    /** Returns how many rows have not been applied yet. */
    long countPending(Connection connection) throws SQLException {
        return count(connection, table);
    }

    private long count(Connection connection, String from) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select count(*) from " + from + OF_INBOX)) {
            statement.setString(1, inbox);
            try (ResultSet found = statement.executeQuery()) {
                boolean unused = found.next();
                return found.getLong(1);
            }
        }
    }

    /** Deletes a refused row. Returns false if there is none. */
    boolean drop(Connection connection, long number) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("delete from " + refused + OF_INBOX + " and id = ?")) {
            statement.setString(1, inbox);
            statement.setLong(2, number);
            return statement.executeUpdate() == 1;
        }
    }

    /** Puts a refused or waiting row back under its number. Returns 0 if there is none. */
    int putBack(Connection connection, long number) throws SQLException {
        String which = OF_INBOX + " and id = ?";
        String copy = "insert into " + table + " (" + COLUMNS + ") select " + COLUMNS + " from " + refused + which;
        int moved = update(connection, copy, number);
        int unused = update(connection, "delete from " + refused + which, number);
        return moved;
    }

    /** Has transactions notify this process from now on. Returns false if another session has asked for that. */
    boolean sleep(Connection connection) throws SQLException {
        return sleepLock(connection, "pg_try_advisory_lock");
    }

    /** Ends {@link #sleep}. */
    void wakeUp(Connection connection) throws SQLException {
        boolean unused = sleepLock(connection, "pg_advisory_unlock");
    }

    /** The trigger on the table tries the shared form of the same lock. */
    private boolean sleepLock(Connection connection, String function) throws SQLException {
        String sql = "select " + function + "(cast(cast(to_regclass(?) as oid) as int), hashtext(?))";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, table);
            statement.setString(2, inbox);
            try (ResultSet found = statement.executeQuery()) {
                return found.next() && found.getBoolean(1);
            }
        }
    }

    /** Returns true if a failure says that a table is absent, by the states of the SQL standard and of PostgreSQL. */
    static boolean saysAbsent(SQLException failure) {
        String state = String.valueOf(failure.getSQLState());
        return state.equals("42P01") || state.startsWith("42S0");
    }

    /** Returns the exception for a database without the tables. */
    IllegalStateException absent(Connection connection, @Nullable SQLException cause) throws SQLException {
        return new IllegalStateException(
                "The database " + connection.getMetaData().getURL() + " has no table " + table
                        + ". Create it with the statements of Database.ddl, or use a connection to the database of the inbox.",
                cause);
    }

    private int update(Connection connection, String sql, long number) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, inbox);
            statement.setLong(2, number);
            return statement.executeUpdate();
        }
    }
}
