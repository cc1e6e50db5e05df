package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.base.Limits;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Keeps each row as objects in a concurrent hash map, for comparison with an arena on the heap. */
final class HeapTable implements Table {
    private final TableShape shape;
    private final ConcurrentHashMap<HeapKey, byte[]> rows = new ConcurrentHashMap<>();
    private final RowCount count = new RowCount();

    HeapTable(TableShape shape) {
        this.shape = shape;
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        shape.checkKey(key);
        return rows.get(new HeapKey(key));
    }

    @Override
    public byte @Nullable [] exchange(byte[] key, byte @Nullable [] row) {
        shape.checkKey(key);
        byte[] old = row == null ? rows.remove(new HeapKey(key)) : rows.put(new HeapKey(key), row);
        count.changed(key, old, row);
        return old;
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
        // The explicit threshold keeps the visitor on the calling thread.
        rows.forEach(Long.MAX_VALUE, (key, row) -> visitor.accept(key.bytes(), row));
    }

    @Override
    public void clear() {
        rows.clear();
        count.clear();
    }

    @Override
    public void close() {
        clear();
    }
}
