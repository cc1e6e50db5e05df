package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.base.rows.RowVisitor;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.internal.store.log.disk.StreamFile;
import dev.plinth.engine.log.SnapshotDamageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads snapshots: all rows as they are, so that the journal before them can be deleted.
 *
 * <p>Rows are copied while the writer goes on. That is right because records are after-images: replaying the records
 * from the start of the copy repeats every change that was made during it. Such a snapshot counts only together with
 * the journal up to the end of the copy, so it gets its name after that is durable.
 *
 * <p>Layout of the file, big-endian:
 * <pre>
 *   header  magic                         8
 *           version                       4
 *           store                        16
 *           sequence at the start         8
 *           CRC of that record            4
 *           epoch                         8
 *           time                          8
 *           last number                   8
 *           CRC-32C of those              4
 *   blocks  bytes                         4
 *           CRC-32C                       4
 *           rows: table 1, key length 1, key, row length 4, row
 *   end     0                             4
 *           sequence at the end           8
 *           rows                          8
 *           CRC-32C of those              4
 * </pre>
 */
public final class Snapshot {
    public static final byte[] MAGIC = "PLINTHSN".getBytes(StandardCharsets.US_ASCII);
    public static final int VERSION = 1;
    public static final int HEADER_BYTES = 68;
    private static final int END_BYTES = 24;
    private static final int BLOCK_BYTES = 1024 * 1024;

    private static final String PREFIX = "snapshot-";
    private static final int DIGITS = 19;
    public static final String TEMPORARY = "snapshot.tmp";
    private static final String TEMPORARIES = "snapshot.";

    private Snapshot() {}

    /** Returns the name of the snapshot that starts at a sequence. */
    public static String name(long sequence) {
        String digits = Long.toString(sequence);
        return PREFIX + "0".repeat(DIGITS - digits.length()) + digits;
    }

    /** Returns the sequence in a file's name, or -1 if it is no snapshot. */
    public static long sequenceOf(String name) {
        if (name.length() != PREFIX.length() + DIGITS || !name.startsWith(PREFIX)) {
            return -1;
        }
        try {
            return Long.parseLong(name.substring(PREFIX.length()));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** Returns true if a file of this name is the unfinished snapshot of an opening. */
    public static boolean isTemporary(String name) {
        return name.startsWith(TEMPORARIES) && name.endsWith(".tmp");
    }

    /**
     * The start of a snapshot.
     *
     * @param store the store of its rows
     * @param sequence the last record that is completely in it
     * @param crc its CRC
     */
    public record Start(StoreId store, long sequence, int crc, long epoch, long timeMillis, long lastNumber) {
        /** Returns why it does not belong to a store, as the middle of a sentence, or null if it may. */
        @Nullable
        public String foreignTo(@Nullable StoreId other) {
            return other == null || other.equals(store)
                    ? null
                    : name(sequence) + " is of store " + store + " and not of store " + other;
        }

        public ByteBuffer header() {
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
            store.put(header.put(MAGIC).putInt(VERSION)).putLong(sequence).putInt(crc);
            header.putLong(epoch).putLong(timeMillis).putLong(lastNumber);
            header.putInt(Checksum.of(header, 0, HEADER_BYTES - 4));
            return header.flip();
        }
    }

    /** Copies all rows to a temporary file. The store's writer may go on meanwhile. */
    public static Draft write(Disk disk, RowSource rows, List<TableName<?>> names, Start start) throws IOException {
        disk.delete(disk.own(TEMPORARY));
        Disk.File file = disk.createStreamed(disk.own(TEMPORARY));
        BlockWriter blocks = new BlockWriter(file);
        try {
            blocks.all(rows, names, start);
        } catch (IOException | RuntimeException | Error e) {
            abandon(disk, file, e);
            throw e;
        }
        return new Draft(disk, file, blocks, start);
    }

    /** A snapshot that has its rows, but no end and no name yet. */
    public record Draft(Disk disk, Disk.File file, BlockWriter blocks, Start start) {
        /** Ends it and gives it its name, once everything up to this sequence is durable. */
        public void publish(long endSequence) throws IOException {
            publish(endSequence, name(start.sequence()));
        }

        /** Ends it likewise and gives it another name. */
        public void publish(long endSequence, String name) throws IOException {
            try (file) {
                blocks.end(endSequence);
                file.sync();
            }
            disk.rename(disk.own(TEMPORARY), name);
            disk.syncNames();
        }

        /** Deletes it. */
        public void abandon(Throwable why) throws IOException {
            Snapshot.abandon(disk, file, why);
        }
    }

    /**
     * Copies all rows to a stream, likewise.
     *
     * @param end is asked once the rows are copied, and returns the last sequence by then, when all up to it is durable
     * @return the length of the snapshot in bytes
     */
    public static long write(OutputStream out, RowSource rows, List<TableName<?>> names, Start start, EndSource end)
            throws IOException {
        try (StreamFile file = StreamFile.writing(out)) {
            BlockWriter blocks = new BlockWriter(file);
            blocks.all(rows, names, start);
            blocks.end(end.sequence());
            return file.size();
        }
    }

    private static void abandon(Disk disk, Disk.File file, Throwable why) throws IOException {
        file.close();
        disk.abandon(disk.own(TEMPORARY), why);
    }

    /**
     * Reads a snapshot.
     *
     * @param names the tables of this release
     * @param rowSink takes each row
     *
     * @return its start and end
     * @throws IOException if it is damaged
     * @throws IllegalStateException if it is of another version, or has a table that this release does not know
     */
    public static Loaded read(Disk disk, String name, List<TableName<?>> names, RowSink rowSink) throws IOException {
        try (Disk.File file = disk.openStreamed(name)) {
            return read(file, name, names, rowSink);
        }
    }

    /**
     * Reads a snapshot from a stream, likewise, and closes the stream.
     *
     * @param sequence the sequence at its start
     */
    public static Loaded read(InputStream in, long sequence, List<TableName<?>> names, RowSink rowSink)
            throws IOException {
        try (StreamFile file = StreamFile.reading(in)) {
            return read(file, name(sequence), names, rowSink);
        }
    }

    /** Reads from the beginning to the end, each byte once. */
    private static Loaded read(Disk.File file, String name, List<TableName<?>> names, RowSink rowSink)
            throws IOException {
        TableName<?>[] byNumber = new TableName<?>[128];
        for (TableName<?> table : names) {
            byNumber[table.number()] = table;
        }
        Start start = readStart(file, name);
        long at = HEADER_BYTES;
        long rows = 0;
        while (true) {
            int bytes = read(file, at, 4, name).getInt();
            if (bytes == 0) {
                break;
            }
            ByteBuffer block = read(file, at + 4, 4 + bytes, name);
            int stated = block.getInt();
            if (bytes < 0 || stated != Checksum.of(block, 4, bytes)) {
                throw damaged(name, at);
            }
            rows += show(block, name, byNumber, rowSink);
            at += 8L + bytes;
        }
        ByteBuffer end = ByteBuffer.allocate(END_BYTES)
                .putInt(0)
                .put(read(file, at + 4, END_BYTES - 4, name))
                .position(4);
        long endSequence = end.getLong();
        if (end.getLong() != rows || end.getInt() != Checksum.of(end, 0, END_BYTES - 4)) {
            throw damaged(name, at);
        }
        return new Loaded(start, endSequence, rows, at + END_BYTES);
    }

    private static Start readStart(Disk.File file, String name) throws IOException {
        ByteBuffer header = read(file, 0, HEADER_BYTES, name);
        byte[] magic = new byte[MAGIC.length];
        header.get(magic);
        int version = header.getInt();
        StoreId store = StoreId.read(header);
        Start start = new Start(
                store, header.getLong(), header.getInt(), header.getLong(), header.getLong(), header.getLong());
        boolean whole = Arrays.equals(magic, MAGIC) && header.getInt() == Checksum.of(header, 0, HEADER_BYTES - 4);
        if (whole && version != VERSION) {
            throw new IllegalStateException("Expected snapshot version " + VERSION + ", but " + name + " is of version "
                    + version + "; open the store with the release that wrote it.");
        }
        long named = sequenceOf(name);
        if (!whole || named >= 0 && named != start.sequence()) {
            throw damaged(name, 0);
        }
        return start;
    }

    /** Returns the sequence at which a snapshot starts, whatever its name. */
    public static long sequenceIn(Disk disk, String name) throws IOException {
        try (Disk.File file = disk.open(name)) {
            return readStart(file, name).sequence();
        }
    }

    /** Returns the store of a snapshot's rows, or null if its header cannot be read. */
    static @Nullable StoreId storeIn(Disk disk, String name) throws IOException {
        try (Disk.File file = disk.open(name)) {
            return readStart(file, name).store();
        } catch (IOException | IllegalStateException unreadable) {
            return null;
        }
    }

    /** The header and end of a snapshot, and its length. */
    public record Loaded(Start start, long endSequence, long rows, long bytes) {}

    /** Takes the rows of a snapshot. */
    @FunctionalInterface
    public interface RowSink {
        void row(TableName<?> table, byte[] key, byte[] row);
    }

    /** Shows all rows of a table, also beside a writer. */
    @FunctionalInterface
    public interface RowSource {
        void forEach(TableName<?> table, RowVisitor visitor) throws IOException;
    }

    /** Tells where a copy of the rows has ended. */
    @FunctionalInterface
    public interface EndSource {
        /**
         * Returns the last sequence by now, once everything up to it is durable.
         *
         * @throws IOException if the copy must not count
         */
        long sequence() throws IOException;
    }

    private static int show(ByteBuffer block, String name, TableName<?>[] byNumber, RowSink sink) {
        int rows = 0;
        while (block.hasRemaining()) {
            int number = block.get();
            TableName<?> table = number > 0 ? byNumber[number] : null;
            if (table == null) {
                throw new IllegalStateException("Expected tables that this release knows, but " + name + " has table "
                        + number + "; open the store with the release that wrote it.");
            }
            byte[] key = new byte[block.get()];
            block.get(key);
            byte[] row = new byte[block.getInt()];
            block.get(row);
            sink.row(table, key, row);
            rows++;
        }
        return rows;
    }

    private static ByteBuffer read(Disk.File file, long position, int bytes, String name) throws IOException {
        if (bytes < 0 || bytes > 2 * BLOCK_BYTES) {
            throw damaged(name, position);
        }
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        if (file.read(buffer, position) < bytes) {
            throw damaged(name, position);
        }
        return buffer.flip();
    }

    private static IOException damaged(String name, long position) {
        return new SnapshotDamageException(
                "Expected a whole snapshot, but " + name + " is damaged at byte " + position);
    }

    /** Returns the length of the newest snapshot in bytes, or 0 if there is none. */
    public static long newestBytes(Disk disk) throws IOException {
        List<Long> starts = StoreNames.of(disk).snapshots();
        if (starts.isEmpty()) {
            return 0;
        }
        try (Disk.File file = disk.open(name(starts.get(0)))) {
            return file.size();
        }
    }

    /** Collects rows into blocks. Not thread-safe. */
    static final class BlockWriter {
        private final Disk.File file;
        private final ByteBuffer block = ByteBuffer.allocate(2 * BLOCK_BYTES);
        private long position;
        private long rows;

        BlockWriter(Disk.File file) {
            this.file = file;
        }

        void all(RowSource source, List<TableName<?>> names, Start start) throws IOException {
            raw(start.header());
            for (TableName<?> name : names) {
                source.forEach(name, (key, row) -> row(name.number(), key, row));
            }
            flush();
        }

        void end(long endSequence) throws IOException {
            ByteBuffer end = ByteBuffer.allocate(END_BYTES);
            end.putInt(0).putLong(endSequence).putLong(rows);
            end.putInt(Checksum.of(end, 0, END_BYTES - 4));
            raw(end.flip());
        }

        void raw(ByteBuffer bytes) throws IOException {
            int length = bytes.remaining();
            file.write(bytes, position);
            position += length;
        }

        void row(int table, byte[] key, byte[] row) throws IOException {
            if (block.position() > 0 && block.position() + key.length + row.length + 6 > BLOCK_BYTES) {
                flush();
            }
            block.put((byte) table)
                    .put((byte) key.length)
                    .put(key)
                    .putInt(row.length)
                    .put(row);
            rows++;
        }

        void flush() throws IOException {
            if (block.position() == 0) {
                return;
            }
            int length = block.position();
            ByteBuffer head = ByteBuffer.allocate(8).putInt(length).putInt(Checksum.of(block, 0, length));
            raw(head.flip());
            raw(block.flip());
            block.clear();
        }
    }
}
