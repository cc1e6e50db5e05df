package dev.plinth.engine.internal.store.memory.arena;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An arena on the heap. The collector frees dropped extents for the other tables. */
public final class HeapArena extends Arena {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final int KEPT_MAX = 2;

    private byte[] @Nullable [] @Nullable [] groups = new byte[GROUPS][][];

    public HeapArena() {
        super(KEPT_MAX);
    }

    private byte @Nullable [] extent(long at) {
        byte[] @Nullable [] group = groups[(int) (at >>> SHIFT + GROUP_SHIFT)];
        return group == null ? null : group[(int) (at >>> SHIFT) & GROUP_EXTENTS - 1];
    }

    private static int index(long at) {
        return ((int) at & EXTENT_WORDS - 1) << 3;
    }

    @Override
    public long get(long at) {
        byte[] extent = extent(at);
        return extent == null ? 0 : (long) LONGS.get(extent, index(at));
    }

    @Override
    public void set(long at, long word) {
        LONGS.set(extent(at), index(at), word);
    }

    @Override
    public void copyOut(long at, int skippedBytes, byte[] to, int from, int length) {
        byte[] extent = extent(at);
        if (extent != null) {
            System.arraycopy(extent, index(at) + skippedBytes, to, from, length);
        }
    }

    @Override
    @SuppressWarnings("NullAway") // the writer writes only where it has memory
    public void copyIn(long at, int skippedBytes, byte[] source, int from, int length) {
        System.arraycopy(source, from, extent(at), index(at) + skippedBytes, length);
    }

    @Override
    public boolean holds(long at, int skippedBytes, byte[] bytes) {
        byte[] extent = extent(at);
        int from = index(at) + skippedBytes;
        int to = from + bytes.length;
        return extent != null && to <= EXTENT_BYTES && Arrays.equals(extent, from, to, bytes, 0, bytes.length);
    }

    @Override
    public void add(int extent) {
        byte[] memory = new byte[EXTENT_BYTES];
        byte[] @Nullable [] group = groups[extent >>> GROUP_SHIFT];
        if (group == null) {
            group = new byte[GROUP_EXTENTS][];
            groups[extent >>> GROUP_SHIFT] = group;
        }
        group[extent & GROUP_EXTENTS - 1] = memory;
    }

    @Override
    public void drop(int extent) {
        byte[] @Nullable [] group = groups[extent >>> GROUP_SHIFT];
        if (group != null) {
            group[extent & GROUP_EXTENTS - 1] = null;
        }
    }

    @Override
    protected void release() {
        Arrays.fill(groups, null);
    }
}
