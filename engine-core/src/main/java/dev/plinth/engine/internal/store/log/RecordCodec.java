package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.base.rows.TableName;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Turns records into bytes and back. Each has the CRC-32C of its own bytes and of the record before it. So a stale or
 * misplaced record cannot pass for the next one.
 *
 * <p>Layout, big-endian:
 * <pre>
 *   version                           1
 *   CRC of all that follows           4
 *   CRC of the record before          4
 *   cell                              4
 *   epoch                             8
 *   sequence                          8
 *   time                              8
 *   last number                       8
 *   count                             4   -1: all rows are removed
 *   for each write: table             1
 *                   key length        1
 *                   key
 *                   row length        4   -1: removed
 *                   row
 * </pre>
 */
public final class RecordCodec {
    private static final byte VERSION = 1;
    private static final int CRC_AT = 1;
    private static final int COVERED_FROM = 5;
    private static final int CELL_AT = 9;
    private static final int HEADER_BYTES = 49;
    private static final int ALL_ROWS = -1;

    private final TableName<?>[] tables = new TableName<?>[128];

    public RecordCodec(List<TableName<?>> names) {
        for (TableName<?> name : names) {
            tables[name.number()] = name;
        }
    }

    /** Returns the bytes of a record with these writes. */
    public static int size(List<Changes.Write> writes) {
        int size = HEADER_BYTES;
        for (Changes.Write write : writes) {
            byte[] row = write.row();
            size += 6 + write.key().length + (row == null ? 0 : row.length);
        }
        return size;
    }

    /** Encodes a record that follows one with this CRC. */
    public static byte[] encode(Record record, int crcBefore) {
        List<Changes.Write> writes = record.emptiesAll() ? List.of() : record.writes();
        ByteBuffer out = ByteBuffer.allocate(size(writes));
        out.put(VERSION).putInt(0).putInt(crcBefore).putInt(record.cell()).putLong(record.epoch());
        out.putLong(record.sequence()).putLong(record.timeMillis()).putLong(record.lastNumber());
        out.putInt(record.emptiesAll() ? ALL_ROWS : writes.size());
        for (int i = 0; i < writes.size(); i++) {
            Changes.Write write = writes.get(i);
            byte[] row = write.row();
            out.put((byte) write.table().number());
            out.put((byte) write.key().length).put(write.key());
            out.putInt(row == null ? -1 : row.length);
            if (row != null) {
                out.put(row);
            }
        }
        byte[] bytes = out.array();
        ByteBuffer.wrap(bytes).putInt(CRC_AT, computedCrc(bytes));
        return bytes;
    }

    /** Returns the CRC that a record states for itself. */
    public static int crc(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getInt(CRC_AT);
    }

    /**
     * The head of a record, before its writes.
     *
     * @param cell the cell of its log
     * @param epoch the reign under which it was appended
     * @param sequence its position in the log
     * @param timeMillis the time of the decision
     * @param lastNumber the highest list number so far
     */
    public record Head(int cell, long epoch, long sequence, long timeMillis, long lastNumber) {}

    /** Returns the head of a record without {@link #damage}. */
    static Head head(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).position(CELL_AT);
        return new Head(in.getInt(), in.getLong(), in.getLong(), in.getLong(), in.getLong());
    }

    /**
     * Returns the damage of a record, or null if it is whole.
     *
     * @throws IllegalStateException if the version is unknown
     */
    static @Nullable String damage(byte[] bytes) {
        if (bytes.length < HEADER_BYTES) {
            return "it has " + bytes.length + " bytes";
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        byte version = in.get();
        if (version != VERSION) {
            throw new IllegalStateException("Expected a record of version " + VERSION + ", but found " + version
                    + "; open the store with the release that wrote it.");
        }
        return in.getInt() == computedCrc(bytes) ? null : "its CRC-32C does not match its bytes";
    }

    /** Returns the CRC of the record before it, as a record states it. */
    static int crcBefore(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getInt(COVERED_FROM);
    }

    /**
     * Decodes a record.
     *
     * @param crcBefore the CRC of the record before it
     * @throws IllegalStateException if the version is unknown, the CRC is wrong or the chain is broken
     */
    public Record decode(byte[] bytes, int crcBefore) {
        String damage = damage(bytes);
        if (damage != null || crcBefore(bytes) != crcBefore) {
            throw new IllegalStateException(damage == null ? "it does not follow the record before it" : damage);
        }
        return decode(bytes);
    }

    /** Decodes a record without {@link #damage}. */
    public Record decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).position(CELL_AT);
        int cell = in.getInt();
        long epoch = in.getLong();
        long sequence = in.getLong();
        long time = in.getLong();
        long lastNumber = in.getLong();
        int count = in.getInt();
        List<Changes.Write> writes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            writes.add(write(in, sequence));
        }
        return new Record(cell, epoch, sequence, time, lastNumber, writes, count == ALL_ROWS);
    }

    private Changes.Write write(ByteBuffer in, long sequence) {
        int number = in.get();
        TableName<?> table = number > 0 ? tables[number] : null;
        if (table == null) {
            throw new IllegalStateException("Expected a table that this release knows, but record " + sequence
                    + " names table " + number + "; open the store with the release that wrote it.");
        }
        byte[] key = bytes(in, in.get(), sequence);
        int length = in.getInt();
        if (length < 0) {
            return new Changes.Write(table, key, null);
        }
        byte[] row = bytes(in, length, sequence);
        Bytes.putLong(row, 0, sequence);
        return new Changes.Write(table, key, row);
    }

    /** Returns bytes of the record. A wrong length is refused before it takes memory. */
    private static byte[] bytes(ByteBuffer in, int length, long sequence) {
        if (length < 0 || length > in.remaining()) {
            throw new IllegalStateException("Expected " + length + " bytes in record " + sequence + ", but "
                    + in.remaining() + " are left; it was not written by this release.");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static int computedCrc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, COVERED_FROM, bytes.length - COVERED_FROM);
        return (int) crc.getValue();
    }
}
