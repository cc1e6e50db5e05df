package dev.plinth.engine.log.postgres;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * The table that takes the batches of the present reign. It changes when the table is large and the next one is empty.
 *
 * <p>Used by one thread at a time.
 */
final class TableRotation {
    private static final int LOOKS_PER_TABLE = 8;

    private final BatchTables tables;
    private final long bytesMax;
    private int table;
    private long bytes;
    private long nextLook;

    /**
     * Makes a rotation.
     *
     * @param bytesMax bytes of a table from which on another one is taken
     */
    TableRotation(BatchTables tables, long bytesMax) {
        this.tables = tables;
        this.bytesMax = bytesMax;
    }

    /** Goes on with the table that has the last batch. */
    void begin(Connection connection) throws SQLException {
        table = tables.lastTable(connection);
        bytes = tables.bytes(connection, table);
        nextLook = bytesMax;
    }

    /** Returns the table for the next batch. */
    int table(Connection connection) throws SQLException {
        if (bytes >= nextLook) {
            int next = (table + 1) % Cell.LOG_TABLES;
            if (tables.isEmpty(connection, next)) {
                table = next;
                bytes = 0;
                nextLook = bytesMax;
            } else {
                nextLook = bytes + bytesMax / LOOKS_PER_TABLE;
            }
        }
        return table;
    }

    void added(int frameBytes) {
        bytes += frameBytes;
    }
}
