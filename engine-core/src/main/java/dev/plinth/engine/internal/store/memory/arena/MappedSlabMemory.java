package dev.plinth.engine.internal.store.memory.arena;

import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/** Slabs in a mapped file, which keeps them for the next process. The JDK unmaps it with the last reference. */
public final class MappedSlabMemory extends SlabMemory {
    /** Words that are mapped at once: 64 MiB, so that gigabytes do not need thousands of mappings. */
    private static final int REGION_SHIFT = 23;

    private static final long REGION_BYTES = (long) Long.BYTES << REGION_SHIFT;
    private static final int REGION_MASK = (1 << REGION_SHIFT) - 1;
    private static final int EXTENTS_PER_REGION = 1 << REGION_SHIFT - SHIFT;

    private final Path file;
    private MappedByteBuffer[] regions = new MappedByteBuffer[0];
    private int extents;

    public MappedSlabMemory(Path file) {
        this.file = file;
    }

    @Override
    public long get(long at) {
        return regions[(int) (at >>> REGION_SHIFT)].getLong(((int) at & REGION_MASK) << 3);
    }

    @Override
    public void set(long at, long word) {
        regions[(int) (at >>> REGION_SHIFT)].putLong(((int) at & REGION_MASK) << 3, word);
    }

    @Override
    protected void grow() {
        if (extents == regions.length * EXTENTS_PER_REGION) {
            MappedByteBuffer[] more = Arrays.copyOf(regions, regions.length + 1);
            more[regions.length] = MappedFile.map(file, regions.length * REGION_BYTES, REGION_BYTES);
            regions = more;
        }
        extents++;
    }

    @Override
    public void close() {
        regions = new MappedByteBuffer[0];
    }
}
