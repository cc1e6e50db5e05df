package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.base.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps rows in Chronicle maps outside the heap, so that millions of them cost the garbage collector nothing.
 *
 * <p><b>Two maps.</b> Rows of usual length are in a map with chunks of about an eighth of the average. A row that spans
 * more than 64 of them is in a second map with chunks for {@value #LARGE_ROW_BYTES} bytes, made with the first such
 * row. One map for both would take 4 KiB for each row of 300 bytes.
 *
 * <p>The writer moves a row by putting it into its new map before it removes it from the old one. So a reader that
 * looks into both maps finds it, unless the row moved between the two looks towards the map that was read first. Then
 * {@code moves}, counted between the put and the removal, has changed, and the reader looks again.
 *
 * <p><b>Room.</b> A full Chronicle map throws, no count predicts when, and by then the journal has the record. So rows
 * and bytes are counted here, and {@link CapacityCheck} refuses at the size for which the table was made. The maps are
 * laid out for a quarter more: the refusal comes at 80 % of the layout.
 *
 * <p><b>Threads.</b> Each thread that reads has a context of some kilobytes with each map, which is freed after the thread's
 * end ({@link ChronicleThreads}). So read from pooled threads, not from a virtual thread per request.
 */
final class ChronicleTable implements Table {
    /** The longest row that each table accepts, however short its average is. */
    static final int LARGE_ROW_BYTES = Limits.ROW_BYTES_MAX;

    private static final int LARGE_CHUNK_BYTES = chunkBytes(
            LARGE_ROW_BYTES + TableShape.MAX_KEY_BYTES + ChunkedMap.LENGTH_BYTES, ChunkedMap.CHUNKS_PER_ENTRY_MAX);

    private static final int LARGE_AVERAGE_BYTES = 8 * 1024;
    private static final int LARGE_ROWS_MIN = 512;
    private static final int CHUNKS_PER_AVERAGE_ROW = 8;
    private static final int CHUNK_ALIGNMENT_BYTES = 8;

    private final TableShape shape;
    private final @Nullable Path directory;
    private final ChunkedMap usual;
    private volatile @Nullable ChunkedMap large;
    private volatile long moves;
    private final RowCount count = new RowCount();

    /**
     * Makes a table. It is empty unless its files exist.
     *
     * @param directory where its memory is mapped; null if it is not
     */
    ChronicleTable(TableShape shape, @Nullable Path directory) {
        this.shape = shape;
        this.directory = directory;
        int averageEntryBytes = shape.keyBytes() + shape.averageRowBytes() + ChunkedMap.LENGTH_BYTES;
        this.usual = new ChunkedMap(
                file("usual"),
                shape.name(),
                shape.keyBytes(),
                chunkBytes(averageEntryBytes, CHUNKS_PER_AVERAGE_ROW),
                withHeadRoom(shape.rowsMax()),
                shape.averageRowBytes());
        Path largeRows = file("large");
        if (largeRows != null && Files.exists(largeRows)) {
            large();
        }
    }

    private @Nullable Path file(String rows) {
        return directory == null ? null : MappedTables.file(directory, shape, rows);
    }

    /** Returns the smallest aligned chunk of which an entry needs no more than that many. */
    private static int chunkBytes(int entryBytes, int chunks) {
        int alignedBytes = CHUNK_ALIGNMENT_BYTES * chunks;
        return (entryBytes + alignedBytes - 1) / alignedBytes * CHUNK_ALIGNMENT_BYTES;
    }

    private static long withHeadRoom(long amount) {
        return amount + amount / 4;
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        shape.checkKey(key);
        while (true) {
            long before = moves;
            byte[] row = usual.get(key);
            if (row != null) {
                return row;
            }
            ChunkedMap second = large;
            row = second == null ? null : second.get(key);
            if (row != null || moves == before) {
                return row;
            }
        }
    }

    @Override
    public byte @Nullable [] exchange(byte[] key, byte @Nullable [] row) {
        shape.checkKey(key);
        ChunkedMap target = row == null ? usual : mapFor(row);
        byte[] before = target.exchange(key, row);
        ChunkedMap other = target == usual ? large : usual;
        if (before == null && other != null && other.contains(key)) {
            if (row != null) {
                moved();
            }
            before = other.exchange(key, null);
        }
        count.changed(key, before, row);
        return before;
    }

    private ChunkedMap mapFor(byte[] row) {
        if (row.length > maxRowBytes()) {
            throw new IllegalStateException("Expected a row of at most " + maxRowBytes() + " bytes in table "
                    + shape.name() + ", but got " + row.length + "; keep what is longer in pieces");
        }
        return row.length <= usual.maxRowBytes() ? usual : large();
    }

    private ChunkedMap large() {
        ChunkedMap existing = large;
        if (existing != null) {
            return existing;
        }
        long rows = Math.max(LARGE_ROWS_MIN, withHeadRoom(shape.bytesMax() / LARGE_AVERAGE_BYTES));
        ChunkedMap made = new ChunkedMap(
                file("large"),
                shape.name() + " (large rows)",
                shape.keyBytes(),
                LARGE_CHUNK_BYTES,
                rows,
                LARGE_AVERAGE_BYTES);
        large = made;
        return made;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: volatile is for the readers
    private void moved() {
        moves = moves + 1;
    }

    @Override
    public RowCount count() {
        return count;
    }

    @Override
    public long rowsMax() {
        return shape.rowsMax();
    }

    @Override
    public long bytesMax() {
        return shape.bytesMax();
    }

    @Override
    public int maxRowBytes() {
        return Math.max(usual.maxRowBytes(), LARGE_ROW_BYTES);
    }

    @Override
    public void forEach(BiConsumer<byte[], byte[]> visitor) {
        if (count.rows() == 0) {
            return; // a map visits every place for which it has room, which takes time even if it is empty
        }
        usual.forEach(visitor);
        ChunkedMap second = large;
        if (second != null) {
            second.forEach(visitor);
        }
    }

    @Override
    public void clear() {
        usual.clear();
        ChunkedMap second = large;
        if (second != null) {
            second.clear();
        }
        count.clear();
    }

    @Override
    public void close() {
        usual.close();
        ChunkedMap second = large;
        if (second != null) {
            second.close();
        }
    }
}
