package dev.plinth.engine.internal.store.memory.arena;

import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.util.Arrays;
import net.openhft.chronicle.core.Memory;
import net.openhft.chronicle.core.OS;

/**
 * Slabs outside the heap, from the allocator of the Chronicle maps. {@code -XX:MaxDirectMemorySize} does not limit
 * them. The memory is freed once the slabs are unreachable ({@link OwnedMemory}).
 */
public final class OffHeapSlabMemory extends SlabMemory {
    private static final int EXTENT_BYTES = EXTENT_WORDS * Long.BYTES;

    private final Memory memory = OS.memory();
    private long[] extents = new long[0];

    @Override
    public long get(long at) {
        try {
            return memory.readLong(address(at));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void set(long at, long word) {
        try {
            memory.writeLong(address(at), word);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Returns the address of a word in the process. The array may be seen before its last element, which is 0 then. */
    private long address(long at) {
        long[] all = extents;
        int extent = (int) (at >>> SHIFT);
        if (extent >= all.length || all[extent] == 0) {
            throw new IndexOutOfBoundsException(extent);
        }
        return all[extent] + ((at & MASK) << 3);
    }

    @Override
    protected void grow() {
        long[] more = Arrays.copyOf(extents, extents.length + 1);
        more[extents.length] = OwnedMemory.allocate(this, EXTENT_BYTES);
        VarHandle.releaseFence();
        extents = more;
    }

    @Override
    public void close() {
        extents = new long[0];
    }
}
