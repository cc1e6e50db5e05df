package dev.plinth.engine.internal.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import net.openhft.chronicle.core.Memory;
import net.openhft.chronicle.core.OS;

/**
 * An arena outside the heap, from the allocator of the Chronicle maps. {@code -XX:MaxDirectMemorySize} does not limit
 * it.
 *
 * <p>Memory is allocated in regions of some extents, because the kernel limits the number of mappings. It is freed when
 * the arena is closed.
 */
final class OffHeapArena extends Arena {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    /** Words that are allocated at once: 8 MiB, of which the kernel provides pages as they are written. */
    private static final int REGION_SHIFT = 20;

    private static final int REGION_MASK = (1 << REGION_SHIFT) - 1;
    private static final long REGION_BYTES = (long) Long.BYTES << REGION_SHIFT;

    private final Memory memory = OS.memory();
    private final int arrayBase = memory.arrayBaseOffset(byte[].class);
    private long[] regions = new long[0];

    OffHeapArena() {
        super(Integer.MAX_VALUE);
    }

    /** Returns the address of a word in the process, or 0 if it has none. */
    private long address(long at) {
        long[] all = regions;
        int region = (int) (at >>> REGION_SHIFT);
        return region < all.length ? all[region] + (((int) at & REGION_MASK) << 3) : 0;
    }

    @Override
    long get(long at) {
        long address = address(at);
        return address == 0 ? 0 : memory.readLong(address);
    }

    @Override
    void set(long at, long word) {
        memory.writeLong(address(at), word);
    }

    @Override
    void copyOut(long at, int skippedBytes, byte[] to, int from, int length) {
        long address = address(at);
        if (address != 0) {
            memory.copyMemory(address + skippedBytes, to, arrayBase + (long) from, length);
        }
    }

    @Override
    void copyIn(long at, int skippedBytes, byte[] source, int from, int length) {
        memory.copyMemory(source, from, address(at) + skippedBytes, length);
    }

    @Override
    boolean holds(long at, int skippedBytes, byte[] bytes) {
        long address = address(at);
        if (address == 0 || !fits(at, skippedBytes + bytes.length)) {
            return false;
        }
        int last = bytes.length - Long.BYTES;
        for (int i = 0; i < last; i += Long.BYTES) {
            if (memory.readLong(address + skippedBytes + i) != (long) LONGS.get(bytes, i)) {
                return false;
            }
        }
        // The last word may overlap the one before, as in the hash of a key.
        return memory.readLong(address + skippedBytes + last) == (long) LONGS.get(bytes, last);
    }

    @Override
    void add(int extent) {
        if ((extent >>> REGION_SHIFT - SHIFT) == regions.length) {
            long[] more = Arrays.copyOf(regions, regions.length + 1);
            more[regions.length] = memory.allocate(REGION_BYTES);
            regions = more;
        }
    }

    @Override
    void drop(int extent) {
        throw new UnsupportedOperationException("Expected free extents to be kept");
    }

    @Override
    public void close() {
        long[] all = regions;
        regions = new long[0];
        for (long region : all) {
            memory.freeMemory(region, REGION_BYTES);
        }
    }
}
