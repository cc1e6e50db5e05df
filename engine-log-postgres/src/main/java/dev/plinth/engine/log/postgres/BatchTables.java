package dev.plinth.engine.log.postgres;

import dev.plinth.engine.log.Batch;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The tables with the batches of a cell. They are filled in turn, and emptied by truncation. A deletion of rows would
 * leave dead versions, which stay while any transaction of the database server is old.
 *
 * <p>Immutable.
 */
final class BatchTables {
    /** The rows of one statement. A reading takes as many statements as it needs. */
    static final int ROWS_MAX = 1_000;

    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Cell cell;
    private final List<String> inserts = new ArrayList<>();
    private final String all;
    private final String follow;
    private final String read;
    private final String lastTable;
    private final String record;
    private final StandbyGuard standbys;

    /** Makes the statements of a cell. */
    BatchTables(Cell cell, StandbyGuard standbys) {
        this.cell = cell;
        this.standbys = standbys;
        List<String> tables = new ArrayList<>();
        List<String> ends = new ArrayList<>();
        for (int i = 0; i < Cell.LOG_TABLES; i++) {
            tables.add("select * from " + cell.log(i));
            ends.add("select " + i + " as number, max(first) as first from " + cell.log(i));
            inserts.add("insert into " + cell.log(i) + " (first, last, epoch, crc_before, crc, bytes, at, frame)"
                    + " select ?, ?, ?, ?, ?, ?, " + Clock.beat(cell) + ", ? from plinth_cell where number = "
                    + cell.number() + " and epoch = ? and fence = ?" + standbys.condition() + " for share");
        }
        this.all = "(" + String.join(" union all ", tables) + ") as batches";
        this.follow = select("and last <= greatest(" + Cell.value(cell.durable()) + ", (select max(first) - 1"
                + " from " + all + "))");
        this.read = select("");
        this.lastTable = "select number from (" + String.join(" union all ", ends)
                + ") as ends order by first desc nulls last, number limit 1";
        this.record = "select exists (select 1 from plinth_snapshot where number = " + cell.number()
                + " and position = ?) or " + Cell.value(cell.truncated())
                + " >= ? or exists (select 1 from (select last, crc from " + all
                + " where first <= ? order by first desc limit 1) as before where last = ? and crc = ?)";
    }

    /**
     * Inserts a batch if its reign and fence are the last ones. A quick statement has not waited for a standby that was
     * away, so the standby is asked for again after a slow one. A reload that empties the names may come between the
     * condition and the commit of a quick statement. Then the batch may be on the primary alone.
     */
    Inserted insert(Connection connection, int table, Batch batch, long fence) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(inserts.get(table))) {
            insert.setLong(1, batch.first());
            insert.setLong(2, batch.last());
            insert.setLong(3, batch.epoch());
            insert.setInt(4, batch.crcBefore());
            insert.setInt(5, batch.crc());
            insert.setInt(6, batch.frame().length);
            insert.setBytes(7, batch.frame());
            insert.setLong(8, batch.epoch());
            insert.setLong(9, fence);
            long begun = System.nanoTime();
            int rows = insert.executeUpdate();
            boolean isSlow = System.nanoTime() - begun > SLOW_NANOS;
            if (insert.getWarnings() != null || isSlow && !standbys.isSafe(connection)) {
                return Inserted.UNCERTAIN;
            }
            return rows == 1 ? Inserted.DONE : Inserted.REFUSED;
        }
    }

    /** The result of an insertion. */
    enum Inserted {
        /** The row is durable. */
        DONE,

        /** There is no row, because the guard did not hold. */
        REFUSED,

        /**
         * The row may be on no standby. The server has warned that a wait for one was cancelled, or commits wait for
         * none any more.
         */
        UNCERTAIN
    }

    /** Returns the batches after a position that a leader has named as durable. */
    List<Batch> follow(Connection connection, long after, int bytesMax) throws SQLException {
        return batches(connection, follow, after, bytesMax);
    }

    /** Returns the batches after a position, up to the end. */
    List<Batch> read(Connection connection, long after, int bytesMax) throws SQLException {
        return batches(connection, read, after, bytesMax);
    }

    /**
     * Returns true if a batch of this epoch begins at a position.
     *
     * @param batch the batch that is looked for, if it is known. Another node may have appended one under the same epoch, at
     *     a database that lost a takeover
     */
    boolean has(Connection connection, long first, long epoch, @Nullable Batch batch) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("select last, crc from " + all + " where first = ? and epoch = ?")) {
            select.setLong(1, first);
            select.setLong(2, epoch);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next()
                        && (batch == null || rows.getLong(1) == batch.last() && rows.getInt(2) == batch.crc());
            }
        }
    }

    /** Returns the position up to which batches are deleted. */
    long truncated(Connection connection) throws SQLException {
        return number(connection, "select " + Cell.value(cell.truncated()));
    }

    /** Returns true if a batch or a snapshot ends at a position, with a record of this checksum, or did so once. */
    boolean hasRecord(Connection connection, long position, int crc) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(record)) {
            select.setLong(1, position);
            select.setLong(2, position);
            select.setLong(3, position);
            select.setLong(4, position);
            select.setInt(5, crc);
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                return rows.getBoolean(1);
            }
        }
    }

    /** Returns the table with the last batch; the first table if there is none. */
    int lastTable(Connection connection) throws SQLException {
        return (int) number(connection, lastTable);
    }

    /** Returns the bytes of the batches in a table. */
    long bytes(Connection connection, int table) throws SQLException {
        return number(connection, "select pg_total_relation_size('" + cell.log(table) + "')");
    }

    boolean isEmpty(Connection connection, int table) throws SQLException {
        return number(connection, "select count(*) from (select 1 from " + cell.log(table) + " limit 1) as one") == 0;
    }

    /** Deletes the batches up to a position from what is read, and empties the tables that have none behind it. */
    void truncate(Connection connection, long position) throws SQLException {
        mark(connection, position);
        int last = lastTable(connection);
        for (int i = 0; i < Cell.LOG_TABLES; i++) {
            if (i != last && !isEmpty(connection, i)) {
                empty(connection, i, position);
            }
        }
    }

    /** Moves the mark on, and never back. The lock keeps another node from moving it between the look and the change. */
    private void mark(Connection connection, long position) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement lock = connection.createStatement();
                PreparedStatement set = connection.prepareStatement("select setval('" + cell.truncated()
                        + "', ?) where " + Cell.value(cell.truncated()) + " < ?")) {
            lock.execute("select pg_advisory_xact_lock(hashtextextended('" + cell.truncated() + "', 0))");
            set.setLong(1, position);
            set.setLong(2, position);
            set.executeQuery().close();
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /**
     * Empties a table, unless it has batches behind a position or any transaction looks at it. The commit does not wait for
     * the standby, because all readings of the table would wait for its lock meanwhile. The mark is on the standby already.
     */
    private void empty(Connection connection, int table, long position) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("lock table " + cell.log(table) + " in access exclusive mode nowait");
            statement.execute("set local synchronous_commit = local");
            if (number(
                            connection,
                            "select coalesce((select last from " + cell.log(table)
                                    + " order by first desc limit 1), 0)")
                    <= position) {
                statement.execute("truncate table " + cell.log(table));
            }
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            if (!SqlStates.isLockNotFree(e)) {
                throw e;
            }
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private String select(String condition) {
        return "select first, last, epoch, crc_before, crc, frame from (select following.*, sum(bytes) over (order by first)"
                + " as total from (select * from " + all + " where first > ? and last > "
                + Cell.value(cell.truncated()) + " " + condition + " order by first limit " + ROWS_MAX
                + ") as following) as summed where total <= ? or total = bytes order by first";
    }

    /** Reads on until the next batch does not fit, or there is none. */
    private static List<Batch> batches(Connection connection, String sql, long after, int bytesMax)
            throws SQLException {
        List<Batch> found = new ArrayList<>();
        long bytes = 0;
        long from = after;
        List<Batch> rows;
        do {
            rows = rows(connection, sql, from, bytesMax - bytes);
            for (Batch batch : rows) {
                bytes += batch.frame().length;
                if (bytes > bytesMax && !found.isEmpty()) {
                    return found;
                }
                found.add(batch);
                from = batch.last();
            }
        } while (rows.size() == ROWS_MAX);
        return found;
    }

    private static List<Batch> rows(Connection connection, String sql, long after, long bytesMax) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setLong(1, after);
            select.setLong(2, bytesMax);
            try (ResultSet rows = select.executeQuery()) {
                List<Batch> found = new ArrayList<>();
                while (rows.next()) {
                    found.add(new Batch(
                            rows.getLong(1),
                            rows.getLong(2),
                            rows.getLong(3),
                            rows.getInt(4),
                            rows.getInt(5),
                            rows.getBytes(6)));
                }
                return found;
            } catch (IllegalArgumentException e) {
                throw new SQLException("A row behind record " + after + " is no batch: " + e.getMessage(), e);
            }
        }
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
