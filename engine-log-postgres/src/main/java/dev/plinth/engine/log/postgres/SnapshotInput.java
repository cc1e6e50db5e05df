package dev.plinth.engine.log.postgres;

import dev.plinth.engine.log.SnapshotDamageException;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * Reads a snapshot part by part, and compares each with its checksum. Its transaction keeps the table from being emptied.
 *
 * <p>Used by one thread.
 */
final class SnapshotInput extends InputStream {
    private final LogTransaction transaction;
    private final String select;
    private final long position;
    private final int parts;
    private byte[] part = {};
    private int next;
    private int read;

    private SnapshotInput(LogTransaction transaction, String table, long position, int parts) {
        this.transaction = transaction;
        this.select = "select crc, bytes from " + table + " where part = ?";
        this.position = position;
        this.parts = parts;
    }

    /** Opens a snapshot in a transaction, which the returned input closes. Empty if there is no such snapshot. */
    static Optional<SnapshotInput> open(LogTransaction transaction, Cell cell, long position) throws SQLException {
        return transaction.run(connection -> {
            Optional<Place> place = place(connection, cell, position);
            if (place.isEmpty()) {
                return Optional.empty();
            }
            String table = cell.parts(place.get().slot());
            try (Statement lock = connection.createStatement()) {
                lock.execute("lock table " + table + " in access share mode nowait");
            }
            if (!place(connection, cell, position).equals(place)) {
                return Optional.empty();
            }
            return Optional.of(
                    new SnapshotInput(transaction, table, position, place.get().parts()));
        });
    }

    /** The table of a snapshot, the number of its parts and when it was made. */
    private record Place(int slot, int parts, String made) {}

    private static Optional<Place> place(Connection connection, Cell cell, long position) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "select slot, parts, made::text from plinth_snapshot where number = ? and position = ?")) {
            select.setInt(1, cell.number());
            select.setLong(2, position);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next()
                        ? Optional.of(new Place(rows.getInt(1), rows.getInt(2), rows.getString(3)))
                        : Optional.empty();
            }
        }
    }

    @Override
    public int read() throws IOException {
        return fill() ? part[read++] & 0xff : -1;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int some = Math.min(length, part.length - read);
        System.arraycopy(part, read, to, offset, some);
        read += some;
        return some;
    }

    @Override
    public void close() {
        transaction.close();
    }

    /** Makes sure that there are bytes to give out. Returns false at the end. */
    private boolean fill() throws IOException {
        if (read < part.length) {
            return true;
        }
        if (next == parts) {
            return false;
        }
        try {
            part = transaction.run(this::nextPart);
        } catch (SQLException e) {
            throw SqlStates.asIo(e);
        }
        if (part.length == 0) {
            throw new SnapshotDamageException("Expected part " + next + " of the snapshot at position " + position
                    + " as it was written, but it is missing or damaged");
        }
        next++;
        read = 0;
        return true;
    }

    /** Returns the next part; no bytes if it is missing or damaged. */
    private byte[] nextPart(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(select)) {
            statement.setInt(1, next);
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) {
                    return new byte[0];
                }
                byte[] bytes = rows.getBytes(2);
                return SnapshotParts.crc(bytes) == rows.getInt(1) ? bytes : new byte[0];
            }
        }
    }
}
