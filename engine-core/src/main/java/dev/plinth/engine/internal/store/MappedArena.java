package dev.plinth.engine.internal.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/** An arena in a mapped file, which keeps it for the next process. The JDK unmaps it with the last reference. */
final class MappedArena extends Arena {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    /** Words that are mapped at once: 16 MiB, because the kernel limits the number of mappings. */
    private static final int REGION_SHIFT = 21;

    private static final long REGION_BYTES = (long) Long.BYTES << REGION_SHIFT;
    private static final int REGION_MASK = (1 << REGION_SHIFT) - 1;
    private static final MappedByteBuffer[] NONE = {};

    private final Path file;
    private MappedByteBuffer[] regions = NONE;

    MappedArena(Path file) {
        super(Integer.MAX_VALUE);
        this.file = file;
    }

    private static boolean isMapped(long at, MappedByteBuffer[] all) {
        return (int) (at >>> REGION_SHIFT) < all.length;
    }

    private static MappedByteBuffer region(long at, MappedByteBuffer[] all) {
        return all[(int) (at >>> REGION_SHIFT)];
    }

    private static int index(long at) {
        return ((int) at & REGION_MASK) << 3;
    }

    @Override
    long get(long at) {
        MappedByteBuffer[] all = regions;
        return isMapped(at, all) ? region(at, all).getLong(index(at)) : 0;
    }

    @Override
    void set(long at, long word) {
        region(at, regions).putLong(index(at), word);
    }

    @Override
    void copyOut(long at, int skippedBytes, byte[] to, int from, int length) {
        MappedByteBuffer[] all = regions;
        if (isMapped(at, all)) {
            region(at, all).get(index(at) + skippedBytes, to, from, length);
        }
    }

    @Override
    void copyIn(long at, int skippedBytes, byte[] source, int from, int length) {
        region(at, regions).put(index(at) + skippedBytes, source, from, length);
    }

    @Override
    boolean holds(long at, int skippedBytes, byte[] bytes) {
        MappedByteBuffer[] all = regions;
        if (!isMapped(at, all) || !fits(at, skippedBytes + bytes.length)) {
            return false;
        }
        MappedByteBuffer region = region(at, all);
        int first = index(at) + skippedBytes;
        int last = bytes.length - Long.BYTES;
        for (int i = 0; i < last; i += Long.BYTES) {
            if (region.getLong(first + i) != (long) LONGS.get(bytes, i)) {
                return false;
            }
        }
        // The last word may overlap the one before, as in the hash of a key.
        return region.getLong(first + last) == (long) LONGS.get(bytes, last);
    }

    @Override
    void add(int extent) {
        while ((extent >>> REGION_SHIFT - SHIFT) >= regions.length) {
            MappedByteBuffer[] more = Arrays.copyOf(regions, regions.length + 1);
            more[regions.length] = MappedFile.map(file, regions.length * REGION_BYTES, REGION_BYTES);
            regions = more;
        }
    }

    @Override
    void drop(int extent) {
        throw new UnsupportedOperationException("Expected free extents to be kept");
    }

    @Override
    public void close() {
        regions = NONE;
    }
}
