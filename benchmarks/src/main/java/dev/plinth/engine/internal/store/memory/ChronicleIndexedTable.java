package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.store.memory.arena.Arena;
import dev.plinth.engine.internal.store.memory.arena.OffHeapArena;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.function.BiConsumer;
import net.openhft.chronicle.hash.serialization.impl.ByteArraySizedReader;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import net.openhft.chronicle.map.ExternalMapQueryContext;
import net.openhft.chronicle.map.MapEntry;
import org.jspecify.annotations.Nullable;

/**
 * Rows in an arena off the heap, found by a Chronicle map from keys to addresses. It is as much of a table as a
 * benchmark needs.
 */
final class ChronicleIndexedTable implements Table {
    private final TableShape shape;
    private final Arena arena = new OffHeapArena();
    private final RowLog rows;
    private final ChronicleMap<byte[], Long> index;
    private final RowCount count = new RowCount();

    ChronicleIndexedTable(TableShape shape) {
        this.shape = shape;
        this.rows = new RowLog(arena, shape.keyBytes(), Limits.ROW_BYTES_MAX);
        this.index = ChronicleMapBuilder.of(byte[].class, Long.class)
                .name(shape.name())
                .constantKeySizeBySample(new byte[shape.keyBytes()])
                .keyReaderAndDataAccess(ByteArraySizedReader.INSTANCE, new KeyAccess())
                .entries(shape.rowsMax())
                .checksumEntries(false)
                .skipCloseOnExitHook(true)
                .create();
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        shape.checkKey(key);
        while (true) {
            long stamp = arena.recycled();
            Long at = index.get(key);
            byte[] row = at == null ? null : rows.row(at);
            VarHandle.acquireFence();
            if (arena.recycled() == stamp) {
                return row;
            }
        }
    }

    @Override
    public byte @Nullable [] exchange(byte[] key, byte @Nullable [] row) {
        shape.checkKey(key);
        rows.tidy(this::move);
        try (ExternalMapQueryContext<byte[], Long, ?> query = index.queryContext(key)) {
            query.updateLock().lock();
            MapEntry<byte[], Long> entry = query.entry();
            Long standing = entry == null ? null : entry.value().get();
            byte[] before = standing == null ? null : rows.row(standing);
            if (row != null) {
                put(query, entry, rows.append(key, row));
            } else if (entry != null) {
                query.remove(entry);
            }
            if (standing != null) {
                rows.release(standing);
            }
            count.changed(key, before, row);
            return before;
        }
    }

    private static void put(
            ExternalMapQueryContext<byte[], Long, ?> query, @Nullable MapEntry<byte[], Long> entry, long at) {
        if (entry == null) {
            query.insert(Objects.requireNonNull(query.absentEntry()), query.wrapValueAsData(at));
        } else {
            query.replaceValue(entry, query.wrapValueAsData(at));
        }
    }

    private void move(long block) {
        byte[] key = new byte[shape.keyBytes()];
        rows.copyKey(block, key);
        Long standing = index.get(key);
        if (standing != null && rows.includes(standing, block)) {
            index.put(key, rows.appendAgain(standing, key));
            rows.release(standing);
        }
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
        return Limits.ROW_BYTES_MAX;
    }

    @Override
    public void forEach(BiConsumer<byte[], byte[]> visitor) {
        index.forEach((key, at) -> visitor.accept(key, Objects.requireNonNull(rows.row(at))));
    }

    @Override
    public void clear() {
        index.clear();
        rows.clear();
        count.clear();
    }

    @Override
    public void close() {
        index.close();
        arena.close();
    }
}
