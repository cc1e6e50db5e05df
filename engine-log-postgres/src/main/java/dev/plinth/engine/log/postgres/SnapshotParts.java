package dev.plinth.engine.log.postgres;

import java.io.IOException;
import java.io.OutputStream;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Writes the parts of a snapshot in a transaction. Used by one thread. */
final class SnapshotParts extends OutputStream {
    private static final int PART_BYTES = 1024 * 1024;

    private final LogTransaction transaction;
    private final String insert;
    private final byte[] part = new byte[PART_BYTES];
    private int filled;
    private int parts;
    private long bytes;

    SnapshotParts(LogTransaction transaction, String table) {
        this.transaction = transaction;
        this.insert = "insert into " + table + " (part, crc, bytes) values (?, ?, ?)";
    }

    /** Returns the number of parts that are written. */
    int parts() {
        return parts;
    }

    /** Returns the number of bytes that are written. */
    long bytes() {
        return bytes;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            int some = Math.min(length - done, PART_BYTES - filled);
            System.arraycopy(from, offset + done, part, filled, some);
            filled += some;
            done += some;
            if (filled == PART_BYTES) {
                writePart();
            }
        }
    }

    /** Writes the last part. */
    void finish() throws IOException {
        if (filled > 0) {
            writePart();
        }
    }

    private void writePart() throws IOException {
        byte[] content = Arrays.copyOf(part, filled);
        try {
            transaction.run(connection -> {
                try (PreparedStatement statement = connection.prepareStatement(insert)) {
                    statement.setInt(1, parts);
                    statement.setInt(2, crc(content));
                    statement.setBytes(3, content);
                    return statement.executeUpdate();
                }
            });
        } catch (SQLException e) {
            throw SqlStates.asIo(e);
        }
        parts++;
        bytes += filled;
        filled = 0;
    }

    /** Returns the checksum of a part. */
    static int crc(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content);
        return (int) crc.getValue();
    }
}
