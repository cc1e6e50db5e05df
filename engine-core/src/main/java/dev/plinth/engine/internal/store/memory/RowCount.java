package dev.plinth.engine.internal.store.memory;

import org.jspecify.annotations.Nullable;

/**
 * Counts the rows of a table and their bytes, including keys.
 *
 * <p>Plain volatile fields and not adders, because there is one writer. The maps' own counts would sum cells or
 * segments at each call.
 */
final class RowCount {
    private volatile long rows;
    private volatile long bytes;

    long rows() {
        return rows;
    }

    long bytes() {
        return bytes;
    }

    /** Counts a row that replaces another one, or none. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: volatile is for the readers
    void changed(byte[] key, byte @Nullable [] before, byte @Nullable [] after) {
        int rowsBefore = before == null ? 0 : 1;
        int bytesBefore = before == null ? 0 : key.length + before.length;
        int bytesAfter = after == null ? 0 : key.length + after.length;
        rows = rows + (after == null ? 0 : 1) - rowsBefore;
        bytes = bytes + bytesAfter - bytesBefore;
    }

    void set(long allRows, long allBytes) {
        rows = allRows;
        bytes = allBytes;
    }

    void clear() {
        set(0, 0);
    }
}
