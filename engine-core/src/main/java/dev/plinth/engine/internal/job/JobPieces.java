package dev.plinth.engine.internal.job;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.base.rows.TableName.Owner;
import dev.plinth.engine.internal.timer.SweepBatch;
import dev.plinth.engine.settings.RetentionTimes;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The parts of a job that are too large for its row: input and result in pieces, and a piece for each outcome. */
final class JobPieces {
    /** The pieces by job, then kind and index. */
    static final TableName<?> PIECES =
            TableName.of(9, "job pieces", 24, 416, 1, Owner.ROW).keptFor(RetentionTimes::jobs);

    private static final int VERSION = 1;

    private JobPieces() {}

    /** The kinds of pieces. The number goes into the upper half of the index. */
    enum Kind {
        INPUT(Limits.PIECE_BYTES_MAX),
        RESULT(Limits.PIECE_BYTES_MAX),
        OUTCOME(512);

        private final int usualBytes;

        Kind(int usualBytes) {
            this.usualBytes = usualBytes;
        }
    }

    /** Returns the pieces of so many bytes. */
    static int count(byte[] value) {
        return (value.length + Limits.PIECE_BYTES_MAX - 1) / Limits.PIECE_BYTES_MAX;
    }

    /** Adds all pieces of a value. */
    static void put(Changes changes, Id workspace, Id job, Kind kind, byte[] value) {
        int count = count(value);
        for (int i = 0; i < count; i++) {
            int start = i * Limits.PIECE_BYTES_MAX;
            int end = Math.min(value.length, start + Limits.PIECE_BYTES_MAX);
            put(changes, workspace, job, kind, i, Arrays.copyOfRange(value, start, end));
        }
    }

    /** Adds one piece. */
    static void put(Changes changes, Id workspace, Id job, Kind kind, int index, byte[] piece) {
        changes.put(
                PIECES,
                key(job, kind, index),
                new RowWriter(VERSION).id(workspace).bytes(piece).row());
    }

    /** Returns the value of some pieces. */
    static byte[] join(Rows rows, Id job, Kind kind, int count) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            byte[] piece = get(rows, job, kind, i);
            if (piece != null) {
                out.writeBytes(piece);
            }
        }
        return out.toByteArray();
    }

    /**
     * Removes the last pieces, as many as fit into a batch.
     *
     * @param count how many there are, numbered from 0
     * @return how many are left
     */
    static int remove(SweepBatch batch, Id job, Kind kind, int count) {
        int left = count;
        while (left > 0 && !batch.isFull()) {
            left--;
            batch.remove(PIECES, key(job, kind, left), kind.usualBytes);
        }
        return left;
    }

    /** Returns a piece, or null. */
    static byte @Nullable [] get(Rows rows, Id job, Kind kind, int index) {
        byte[] row = rows.get(PIECES, key(job, kind, index));
        return row == null ? null : new RowReader(row, VERSION).skip(Id.BYTES).bytes();
    }

    private static byte[] key(Id job, Kind kind, int index) {
        byte[] key = Arrays.copyOf(job.key(), Id.BYTES + 8);
        Bytes.putLong(key, Id.BYTES, (long) kind.ordinal() << 32 | index);
        return key;
    }
}
