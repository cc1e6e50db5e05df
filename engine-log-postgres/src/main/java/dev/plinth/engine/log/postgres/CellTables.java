package dev.plinth.engine.log.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Finds the tables of a cell in the database, or creates them. All of them are created in one transaction.
 *
 * <p>What changes often is a sequence, because {@code setval} changes it in place. A row would leave a dead version each
 * time, and those stay while any transaction of the database server is old.
 */
final class CellTables {
    private static final System.Logger LOG = System.getLogger(CellTables.class.getName());

    /** The format of the tables. Another release may have another one. */
    static final int FORMAT = 1;

    /** Keeps two nodes from creating the tables at once. The number is of no meaning. */
    private static final long CREATION_LOCK = 0x506c_696e_7468L;

    private CellTables() {}

    /**
     * Returns the cell of this name, with its tables.
     *
     * @throws IllegalStateException if the tables have another format
     */
    static Cell open(Connection connection, String name) throws SQLException {
        requireTrusted(connection);
        Optional<Cell> found = exists(connection) ? find(connection, name) : Optional.empty();
        if (found.isPresent()) {
            return found.get();
        }
        String path = searchPath(connection);
        LOG.log(System.Logger.Level.INFO, "Creating the tables of cell " + name + " along " + path);
        // A transaction that began before the wait would not see the tables that another node has made meanwhile.
        execute(connection, "select pg_advisory_lock(" + CREATION_LOCK + ")");
        try {
            return createAlone(connection, name);
        } finally {
            execute(connection, "select pg_advisory_unlock(" + CREATION_LOCK + ")");
        }
    }

    private static Cell createAlone(Connection connection, String name) throws SQLException {
        connection.setAutoCommit(false);
        try {
            Cell cell = create(connection, name);
            connection.commit();
            return cell;
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /**
     * Returns the cell of this name, and creates nothing.
     *
     * @throws IllegalStateException if it is not there, or its tables have another format
     */
    static Cell find(Connection connection, Optional<String> wanted) throws SQLException {
        requireTrusted(connection);
        List<String> names = exists(connection) ? names(connection) : List.of();
        String name = wanted.orElseGet(() -> names.size() == 1 ? names.get(0) : "");
        Optional<Cell> found = names.contains(name) ? find(connection, name) : Optional.empty();
        return found.orElseThrow(() -> new IllegalStateException(
                names.isEmpty()
                        ? "Expected a log in the database, but its search path has no table plinth_cell. Check database,"
                                + " user and search_path."
                        : "Expected the name of a cell, but got " + (wanted.isPresent() ? wanted.get() : "none")
                                + ", and the database has " + String.join(", ", names) + ". Name one of them."));
    }

    /** Returns the names of all cells in this database. */
    static List<String> names(Connection connection) throws SQLException {
        if (!exists(connection)) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select name from plinth_cell order by name")) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    /**
     * Returns the search path with which a session finds the tables, and nothing of another schema.
     *
     * @throws IllegalStateException if tables cannot be created in any schema
     */
    static String searchPath(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select coalesce(quote_ident((select nspname from"
                        + " pg_catalog.pg_class as found join pg_catalog.pg_namespace as space on space.oid ="
                        + " relnamespace where found.oid = to_regclass('plinth_cell'))), quote_ident(current_schema()))"
                        + " || ', pg_temp'")) {
            rows.next();
            String path = rows.getString(1);
            if (path == null) {
                throw new IllegalStateException(
                        "The search_path of the database's user must name a schema that is there,"
                                + " but it does not. Set it for this user, and grant the rights on the schema.");
            }
            return path;
        }
    }

    /** Refuses tables of a stranger, because their triggers would run with the rights of this user. */
    private static void requireTrusted(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select pg_get_userbyid(relowner), current_user from"
                        + " pg_catalog.pg_class join pg_catalog.pg_roles as owner on owner.oid = relowner where"
                        + " pg_class.oid = to_regclass('plinth_cell') and not rolsuper"
                        + " and not pg_has_role(relowner, 'USAGE')")) {
            if (rows.next()) {
                throw new IllegalStateException("Expected that user " + rows.getString(2)
                        + " owns the table plinth_cell, but it belongs to " + rows.getString(1)
                        + ". Set search_path to a schema in which no other user may create tables.");
            }
        }
    }

    private static boolean exists(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select to_regclass('plinth_cell') is not null")) {
            rows.next();
            return rows.getBoolean(1);
        }
    }

    private static Optional<Cell> find(Connection connection, String name) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("select number, id, format from plinth_cell where name = ?")) {
            select.setString(1, name);
            try (ResultSet rows = select.executeQuery()) {
                if (!rows.next()) {
                    return Optional.empty();
                }
                int format = rows.getInt(3);
                if (format != FORMAT) {
                    throw new IllegalStateException("Expected format " + FORMAT + " of the tables of cell " + name
                            + ", but they have format " + format + "; start the release that wrote them.");
                }
                return Optional.of(new Cell(rows.getInt(1), name, rows.getObject(2, UUID.class)));
            }
        }
    }

    private static Cell create(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (!exists(connection)) {
                statement.execute("""
                        create table plinth_cell (
                          number int primary key, name text not null unique, id uuid not null, format int not null,
                          epoch bigint not null, fence bigint not null, node text, url text, lease_ms bigint not null
                        ) with (fillfactor = 10)""");
                statement.execute("""
                        create table plinth_snapshot (
                          number int, position bigint, slot int not null, parts int not null, bytes bigint not null,
                          made timestamptz not null, primary key (number, position))""");
                statement.execute("""
                        create table plinth_node (
                          number int, id text, url text, applied bigint not null, at timestamptz not null,
                          primary key (number, id))""");
            }
            Optional<Cell> found = find(connection, name);
            if (found.isPresent()) {
                return found.get();
            }
            Cell cell = new Cell(nextNumber(statement), name, UUID.randomUUID());
            for (String sql : creation(cell)) {
                statement.execute(sql);
            }
            insert(connection, cell);
            return cell;
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int nextNumber(Statement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery("select coalesce(max(number) + 1, 0) from plinth_cell")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /** Returns the statements that create tables and sequences. Frames and parts are not compressed. */
    private static List<String> creation(Cell cell) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < Cell.LOG_TABLES; i++) {
            all.add("create table " + cell.log(i)
                    + " (first bigint primary key, last bigint not null, epoch bigint not null,"
                    + " crc_before int not null, crc int not null, bytes int not null, at bigint not null,"
                    + " frame bytea not null)");
            all.add("alter table " + cell.log(i) + " alter column frame set storage external");
        }
        for (int i = 0; i < Cell.SNAPSHOT_TABLES; i++) {
            all.add("create table " + cell.parts(i)
                    + " (part int primary key, crc int not null, bytes bytea not null)");
            all.add("alter table " + cell.parts(i) + " alter column bytes set storage external");
        }
        for (String sequence : List.of(cell.beat(), cell.durable(), cell.truncated())) {
            all.add("create sequence " + sequence + " minvalue 0 start 0");
        }
        return all;
    }

    private static void insert(Connection connection, Cell cell) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("insert into plinth_cell values (?, ?, ?, ?, 0, 0, null, null, 0)")) {
            insert.setInt(1, cell.number());
            insert.setString(2, cell.name());
            insert.setObject(3, cell.id());
            insert.setInt(4, FORMAT);
            insert.executeUpdate();
        }
    }
}
