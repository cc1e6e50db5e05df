package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.base.OwnerOnly;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import net.openhft.chronicle.hash.Data;
import net.openhft.chronicle.hash.serialization.impl.ByteArraySizedReader;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import net.openhft.chronicle.map.ExternalMapQueryContext;
import net.openhft.chronicle.map.MapEntry;
import net.openhft.chronicle.map.MapSegmentContext;
import org.jspecify.annotations.Nullable;

/**
 * A Chronicle map in memory or in a file, with the limit of its row length. {@link ChronicleThreads} opens it, and no
 * other class touches Chronicle's maps.
 *
 * <p>Chronicle cuts its memory into chunks of one size and lets an entry span at most 64 of them. Small chunks waste
 * little, large chunks allow long rows; {@link ChronicleTable} therefore uses two maps.
 */
final class ChunkedMap implements AutoCloseable {
    /** Chunks that an entry may span, because Chronicle's allocator searches for free chunks in one 64-bit word. */
    static final int CHUNKS_PER_ENTRY_MAX = 64;

    /** The most bytes in which an entry stores the length of its row, before its key. */
    static final int LENGTH_BYTES = 4;

    /**
     * The most times its first memory to which a map may grow. Nothing is allocated ahead, and {@link ChronicleTable}
     * limits the live rows. So this only has to cover holes that are too short for rows of changing length, and
     * segments that are fuller than others. First fit needs about log2(64) = 6 times the live memory at worst (Robson
     * 1977); hostile lengths were measured at 2.7.
     */
    private static final double BLOAT_FACTOR = 8;

    private final String name;
    private final int maxRowBytes;
    private final ChronicleMap<byte[], byte[]> map;

    /**
     * Opens a map. It is empty unless its file exists.
     *
     * @param file where its memory is mapped; null if it is not
     * @param name its name in messages
     * @param keyBytes length of every key
     * @param chunkBytes length of a chunk of its memory
     * @param rows how many rows its first memory holds
     * @param averageRowBytes average length of a row
     */
    ChunkedMap(@Nullable Path file, String name, int keyBytes, int chunkBytes, long rows, int averageRowBytes) {
        this.name = name;
        this.maxRowBytes = maxRowBytes(keyBytes, chunkBytes);
        this.map = ChronicleThreads.open(() -> open(
                file,
                ChronicleMapBuilder.of(byte[].class, byte[].class)
                        .name(name)
                        .constantKeySizeBySample(new byte[keyBytes])
                        .keyReaderAndDataAccess(ByteArraySizedReader.INSTANCE, new KeyAccess())
                        .averageValueSize(averageRowBytes)
                        .actualChunkSize(chunkBytes)
                        .entries(rows)
                        .maxBloatFactor(BLOAT_FACTOR)
                        // As in memory, because a file is only opened again after a clean close under the same kernel.
                        .checksumEntries(false)
                        // The engine closes its tables after the last reader. A hook would do it at any moment.
                        .skipCloseOnExitHook(true)));
    }

    static int maxRowBytes(int keyBytes, int chunkBytes) {
        return CHUNKS_PER_ENTRY_MAX * chunkBytes - keyBytes - LENGTH_BYTES;
    }

    private static ChronicleMap<byte[], byte[]> open(@Nullable Path file, ChronicleMapBuilder<byte[], byte[]> builder) {
        try {
            if (file == null) {
                return builder.create();
            }
            ChronicleMap<byte[], byte[]> opened = builder.createPersistedTo(file.toFile());
            OwnerOnly.close(file);
            return opened;
        } catch (OutOfMemoryError e) {
            throw new IllegalStateException(
                    "Expected memory for the tables, but the machine does not give it: " + e.getMessage()
                            + "; start with a smaller number of resources (--max-resources), or with --tables heap.",
                    e);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Expected to map " + file + ", but could not: " + e.getMessage()
                            + "; name another directory for the quick restart, or do without.",
                    e);
        }
    }

    int maxRowBytes() {
        return maxRowBytes;
    }

    byte @Nullable [] get(byte[] key) {
        return map.get(key);
    }

    boolean contains(byte[] key) {
        return map.containsKey(key);
    }

    /** Puts a row, or removes it if the new one is null. Returns the row that was there. */
    byte @Nullable [] exchange(byte[] key, byte @Nullable [] row) {
        try (ExternalMapQueryContext<byte[], byte[], ?> query = map.queryContext(key)) {
            query.updateLock().lock();
            MapEntry<byte[], byte[]> entry = query.entry();
            byte[] before = entry == null ? null : entry.value().getUsing(null);
            write(query, entry, row);
            return before;
        }
    }

    private void write(
            ExternalMapQueryContext<byte[], byte[], ?> query,
            @Nullable MapEntry<byte[], byte[]> entry,
            byte @Nullable [] row) {
        if (row == null) {
            if (entry != null) {
                query.remove(entry);
            }
            return;
        }
        try {
            Data<byte[]> data = query.wrapValueAsData(row);
            if (entry == null) {
                query.insert(Objects.requireNonNull(query.absentEntry()), data);
            } else {
                query.replaceValue(entry, data);
            }
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new IllegalStateException(
                    "Expected room for a row of " + row.length + " bytes in table " + name + " with " + map.longSize()
                            + " rows, but its map refuses it; rebuild with more expected rows",
                    e);
        }
    }

    /**
     * Visits every entry. A segment, some thousand rows, is copied under its lock and visited outside of it. So a
     * visitor that writes to a disk holds up no writer.
     */
    void forEach(BiConsumer<byte[], byte[]> visitor) {
        List<byte[]> copies = new ArrayList<>();
        for (int segment = 0; segment < map.segments(); segment++) {
            try (MapSegmentContext<byte[], byte[], ?> context = map.segmentContext(segment)) {
                context.forEachSegmentEntry(entry -> {
                    copies.add(entry.key().getUsing(null));
                    copies.add(entry.value().getUsing(null));
                });
            }
            for (int i = 0; i < copies.size(); i += 2) {
                visitor.accept(copies.get(i), copies.get(i + 1));
            }
            copies.clear();
        }
    }

    void clear() {
        map.clear();
    }

    @Override
    public void close() {
        map.close();
    }
}
