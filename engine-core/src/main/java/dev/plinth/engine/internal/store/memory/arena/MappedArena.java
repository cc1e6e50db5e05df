package dev.plinth.engine.internal.store.memory.arena;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An arena in a mapped file, which keeps it for the next process. The JDK unmaps it with the last reference. */
public final class MappedArena extends Arena {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    /** Words that are mapped at once: 16 MiB, because the kernel limits the number of mappings. */
    private static final int REGION_SHIFT = 21;

    private static final long REGION_BYTES = (long) Long.BYTES << REGION_SHIFT;
    private static final int REGION_MASK = (1 << REGION_SHIFT) - 1;
    private static final @Nullable MappedByteBuffer[] NONE = {};

    private final Path file;
    private @Nullable MappedByteBuffer[] regions = NONE;

    public MappedArena(Path file) {
        super(Integer.MAX_VALUE);
        this.file = file;
    }

    /**
     * Returns the region of a word, or null if it is not mapped. The array may be seen before its last element, which is
     * null then.
     */
    private @Nullable MappedByteBuffer region(long at) {
        @Nullable MappedByteBuffer[] all = regions;
        int region = (int) (at >>> REGION_SHIFT);
        return region < all.length ? all[region] : null;
    }

    /** Returns the region of a word for the writer, which writes only what is mapped. */
    private MappedByteBuffer mapped(long at) {
        return Objects.requireNonNull(region(at));
    }

    private static int index(long at) {
        return ((int) at & REGION_MASK) << 3;
    }

    @Override
    public long get(long at) {
        MappedByteBuffer region = region(at);
        return region == null ? 0 : region.getLong(index(at));
    }

    @Override
    public void set(long at, long word) {
        mapped(at).putLong(index(at), word);
    }

    @Override
    public void copyOut(long at, int skippedBytes, byte[] to, int from, int length) {
        MappedByteBuffer region = region(at);
        if (region != null) {
            region.get(index(at) + skippedBytes, to, from, length);
        }
    }

    @Override
    public void copyIn(long at, int skippedBytes, byte[] source, int from, int length) {
        mapped(at).put(index(at) + skippedBytes, source, from, length);
    }

    @Override
    public boolean holds(long at, int skippedBytes, byte[] bytes) {
        MappedByteBuffer region = region(at);
        if (region == null || !fits(at, skippedBytes + bytes.length)) {
            return false;
        }
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
    public void add(int extent) {
        while ((extent >>> REGION_SHIFT - SHIFT) >= regions.length) {
            @Nullable MappedByteBuffer[] more = Arrays.copyOf(regions, regions.length + 1);
            more[regions.length] = MappedFile.map(file, regions.length * REGION_BYTES, REGION_BYTES);
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
