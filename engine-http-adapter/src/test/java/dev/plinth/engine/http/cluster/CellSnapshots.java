package dev.plinth.engine.http.cluster;

import dev.plinth.engine.LogSnapshot;
import dev.plinth.engine.log.postgres.PostgresLog;
import dev.plinth.engine.log.postgres.server.Pair;
import java.io.IOException;

/** The snapshots of a cell, which a test writes and damages in the database. One thread. */
final class CellSnapshots {
    private final Pair servers;
    private final String cell;

    CellSnapshots(Pair servers, String cell) {
        this.servers = servers;
        this.cell = cell;
    }

    /** Writes a snapshot of all that is durable, and returns its position. */
    long write() throws IOException {
        return LogSnapshot.write(log());
    }

    /** Deletes the batches of the log up to a position. */
    void truncate(long position) throws IOException {
        try (PostgresLog log = log()) {
            log.truncate(position);
        }
    }

    /** Turns a bit in the middle of a part of a snapshot. The second time it is right again. */
    void turnBit(long position) {
        String number = servers.query("select number from plinth_cell where name = '" + cell + "'");
        String slot = servers.query(
                "select slot from plinth_snapshot where number = " + number + " and position = " + position);
        servers.execute("update plinth_part_" + number + "_" + slot
                + " set bytes = set_byte(bytes, length(bytes) / 2, get_byte(bytes, length(bytes) / 2) # 1)"
                + " where part = (select max(part) / 2 from plinth_part_" + number + "_" + slot + ")");
    }

    private PostgresLog log() {
        return PostgresLog.of(servers.primary().source()).localDurability().cell(cell);
    }
}
