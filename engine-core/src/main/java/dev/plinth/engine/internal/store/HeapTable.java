package dev.plinth.engine.internal.store;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps rows on the heap: no JVM flags, open in no time, bounded by the heap alone.
 *
 * <p>Size and bytes are plain volatile fields and not adders, because there is one writer; {@code ConcurrentHashMap.size()} would
 * sum counter cells at each call.
 */
final class HeapTable implements Table {
    private final TableShape shape;
    private final ConcurrentHashMap<HeapKey, byte[]> rows = new ConcurrentHashMap<>();
    private volatile long size;
    private volatile long bytes;

    HeapTable(TableShape shape) {
        this.shape = shape;
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        shape.checkKey(key);
        return rows.get(new HeapKey(key));
    }

    @Override
    public void put(byte[] key, byte[] row) {
        shape.checkKey(key);
        byte[] old = rows.put(new HeapKey(key), row);
        if (old == null) {
            count(1, (long) key.length + row.length);
        } else {
            count(0, (long) row.length - old.length);
        }
    }

    @Override
    public void remove(byte[] key) {
        shape.checkKey(key);
        byte[] old = rows.remove(new HeapKey(key));
        if (old != null) {
            count(-1, -((long) key.length + old.length));
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: volatile is for the readers
    private void count(int moreRows, long moreBytes) {
        size = size + moreRows;
        bytes = bytes + moreBytes;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public boolean hasRoom(long moreRows, long moreBytes) {
        return true;
    }

    @Override
    public int maxRowBytes() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void forEach(BiConsumer<byte[], byte[]> visitor) {
        // The explicit threshold keeps the visitor on the calling thread.
        rows.forEach(Long.MAX_VALUE, (key, row) -> visitor.accept(key.bytes(), row));
    }

    @Override
    public void clear() {
        rows.clear();
        size = 0;
        bytes = 0;
    }

    @Override
    public void close() {
        clear();
    }
}
