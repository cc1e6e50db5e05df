package dev.plinth.engine.internal.store.memory.arena;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.nio.ByteOrder;
import java.util.Arrays;
import net.openhft.chronicle.core.Memory;
import net.openhft.chronicle.core.OS;

/**
 * An arena outside the heap, from the allocator of the Chronicle maps. {@code -XX:MaxDirectMemorySize} does not limit
 * it.
 *
 * <p>Memory is allocated in regions of some extents, because the kernel limits the number of mappings. It is freed once
 * the arena is unreachable ({@link OwnedMemory}).
 */
public final class OffHeapArena extends Arena {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    /** Words that are allocated at once: 8 MiB, of which the kernel provides pages as they are written. */
    private static final int REGION_SHIFT = 20;

    private static final int REGION_MASK = (1 << REGION_SHIFT) - 1;
    private static final long REGION_BYTES = (long) Long.BYTES << REGION_SHIFT;

    private static final long[] NONE = {};

    private final Memory memory = OS.memory();
    private final int arrayBase = memory.arrayBaseOffset(byte[].class);
    private long[] regions = NONE;

    public OffHeapArena() {
        super(Integer.MAX_VALUE);
    }

    /**
     * Returns the address of a word in the process, or 0 if it has none. The array may be seen before its last element,
     * which is 0 then.
     */
    private long address(long at) {
        long[] all = regions;
        int region = (int) (at >>> REGION_SHIFT);
        long start = region < all.length ? all[region] : 0;
        return start == 0 ? 0 : start + (((int) at & REGION_MASK) << 3);
    }

    /** Returns the address of a word for the writer, which writes only where it has memory. */
    private long addressToWrite(long at) {
        long address = address(at);
        if (address == 0) {
            throw new IllegalStateException("Expected memory at " + at + ", but there is none");
        }
        return address;
    }

    @Override
    public long get(long at) {
        try {
            long address = address(at);
            return address == 0 ? 0 : memory.readLong(address);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void set(long at, long word) {
        try {
            memory.writeLong(addressToWrite(at), word);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void copyOut(long at, int skippedBytes, byte[] to, int from, int length) {
        try {
            long address = address(at);
            if (address != 0) {
                memory.copyMemory(address + skippedBytes, to, arrayBase + (long) from, length);
            }
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void copyIn(long at, int skippedBytes, byte[] source, int from, int length) {
        try {
            memory.copyMemory(source, from, addressToWrite(at) + skippedBytes, length);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean holds(long at, int skippedBytes, byte[] bytes) {
        try {
            long address = address(at);
            return address != 0
                    && fits(at, skippedBytes + bytes.length)
                    && isEqual(address + skippedBytes, bytes, bytes.length - Long.BYTES);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private boolean isEqual(long address, byte[] bytes, int last) {
        for (int i = 0; i < last; i += Long.BYTES) {
            if (memory.readLong(address + i) != (long) LONGS.get(bytes, i)) {
                return false;
            }
        }
        // The last word may overlap the one before, as in the hash of a key.
        return memory.readLong(address + last) == (long) LONGS.get(bytes, last);
    }

    @Override
    public void add(int extent) {
        if ((extent >>> REGION_SHIFT - SHIFT) == regions.length) {
            long[] more = Arrays.copyOf(regions, regions.length + 1);
            more[regions.length] = OwnedMemory.allocate(this, REGION_BYTES);
            VarHandle.releaseFence();
            regions = more;
        }
    }

    @Override
    public void drop(int extent) {
        throw new UnsupportedOperationException("Expected free extents to be kept");
    }

    @Override
    protected void release() {
        regions = NONE;
    }
}
