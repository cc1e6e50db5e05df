package dev.plinth.engine.internal.store;

import java.util.Arrays;
import net.openhft.chronicle.core.Memory;
import net.openhft.chronicle.core.OS;

/**
 * Slabs outside the heap, from the allocator of the Chronicle maps. {@code -XX:MaxDirectMemorySize} does not limit
 * them.
 */
final class OffHeapSlabMemory extends SlabMemory {
    private static final int EXTENT_BYTES = EXTENT_WORDS * Long.BYTES;

    private final Memory memory = OS.memory();
    private long[] extents = new long[0];

    @Override
    long get(long at) {
        return memory.readLong(extents[(int) (at >>> SHIFT)] + ((at & MASK) << 3));
    }

    @Override
    void set(long at, long word) {
        memory.writeLong(extents[(int) (at >>> SHIFT)] + ((at & MASK) << 3), word);
    }

    @Override
    void grow() {
        long[] more = Arrays.copyOf(extents, extents.length + 1);
        more[extents.length] = memory.allocate(EXTENT_BYTES);
        extents = more;
    }

    @Override
    public void close() {
        long[] all = extents;
        extents = new long[0];
        for (long extent : all) {
            memory.freeMemory(extent, EXTENT_BYTES);
        }
    }
}
