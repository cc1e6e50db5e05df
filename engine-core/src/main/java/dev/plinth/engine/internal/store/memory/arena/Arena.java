package dev.plinth.engine.internal.store.memory.arena;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Memory of one table in extents of {@value #EXTENT_BYTES} bytes, on or off the heap. Extents are taken and given back whole.
 *
 * <p>Addresses count words of 8 bytes; address 0 is never used. There is one writer. Readers beside it copy first and
 * validate afterwards: {@link #recycled} changes before memory that was in use takes other content. If it did not
 * change in between, the copy is right. A reader may follow a stale address; if there is no memory at it, it reads
 * zeros. Once the arena is closed, no copy is right.
 */
public abstract class Arena implements AutoCloseable {
    public static final int SHIFT = 14;
    public static final int EXTENT_WORDS = 1 << SHIFT;

    /**
     * Length of an extent. It is below half a region of G1, whose smallest are 1 MiB, so that no extent on the heap is
     * a humongous object.
     */
    public static final int EXTENT_BYTES = EXTENT_WORDS * Long.BYTES;

    /** Bits of an address, for 128 GiB. */
    public static final int ADDRESS_BITS = 34;

    static final int GROUP_SHIFT = 10;
    static final int GROUP_EXTENTS = 1 << GROUP_SHIFT;
    static final int GROUPS = 1 << ADDRESS_BITS - SHIFT - GROUP_SHIFT;

    /** The extents in two levels, so that a growing array of them is never copied. */
    private final @Nullable Extent[] @Nullable [] groups = new Extent[GROUPS][];

    /** In place of the count of a closed arena. */
    private static final long CLOSED = -1;

    private final int keptMax;
    private int made;
    private int taken;
    private int kept;
    private @Nullable Extent free;
    private @Nullable Extent dropped;
    private volatile long recycled;

    /**
     * Makes an arena without memory.
     *
     * @param keptMax how many free extents keep their memory when it is trimmed
     */
    public Arena(int keptMax) {
        this.keptMax = keptMax;
    }

    /** Returns the word at an address. */
    public abstract long get(long at);

    /** Sets the word at an address. */
    public abstract void set(long at, long word);

    /** Copies bytes out of one extent. */
    public abstract void copyOut(long at, int skippedBytes, byte[] to, int from, int length);

    /** Copies bytes into one extent. */
    public abstract void copyIn(long at, int skippedBytes, byte[] source, int from, int length);

    /** Returns true if an extent has these bytes at a place, and false also if they would leave the extent. */
    public abstract boolean holds(long at, int skippedBytes, byte[] bytes);

    /** Gets memory for an extent. If there is none, nothing changes. */
    public abstract void add(int extent);

    /** Releases the memory of an extent. */
    public abstract void drop(int extent);

    /** Lets all memory go. Readers may be inside, and read zeros from then on. */
    protected abstract void release();

    /** Closes the arena, also beside readers. None of them takes for right what it reads meanwhile or later. */
    @Override
    public final void close() {
        recycled = CLOSED;
        VarHandle.storeStoreFence();
        release();
    }

    /**
     * Returns how often memory was put to a new use. Readers compare it before and after they copy.
     *
     * @throws IllegalStateException if the arena is closed
     */
    public final long recycled() {
        long count = recycled;
        if (count == CLOSED) {
            throw new IllegalStateException("Expected an open table, but it is closed");
        }
        return count;
    }

    /** Announces that memory which readers may still read is about to be written. */
    public final void recycle() {
        recycled = recycled() + 1;
        VarHandle.storeStoreFence();
    }

    /** Returns true if this many bytes after an address stay in its extent. */
    public static boolean fits(long at, int bytes) {
        return ((int) at & EXTENT_WORDS - 1) * Long.BYTES + bytes <= EXTENT_BYTES;
    }

    /** Returns the extent of an address, which must be taken. */
    public final Extent of(long at) {
        int number = (int) (at >>> SHIFT);
        @Nullable Extent[] group = groups[number >>> GROUP_SHIFT];
        Extent extent = group == null ? null : group[number & GROUP_EXTENTS - 1];
        if (extent == null) {
            throw new IllegalStateException("Expected an extent at " + at + ", but there is none");
        }
        return extent;
    }

    /** Takes an extent, whose bytes are undefined. If there is no memory for it, nothing changes. */
    public final Extent take() {
        Extent extent = free;
        if (extent != null) {
            free = extent.next;
            kept--;
            recycle();
        } else {
            extent = dropped;
            if (extent != null) {
                add(extent.number);
                dropped = extent.next;
            } else {
                extent = make();
            }
        }
        extent.next = null;
        extent.filled = 0;
        extent.live = 0;
        taken++;
        return extent;
    }

    private Extent make() {
        int group = made >>> GROUP_SHIFT;
        if (group == GROUPS) {
            throw new IllegalStateException("Expected at most " + (long) GROUPS * GROUP_EXTENTS * EXTENT_BYTES
                    + " bytes in one table, but needed more; start the engine with a smaller number of resources.");
        }
        @Nullable Extent[] extents = groups[group];
        if (extents == null) {
            extents = new Extent[GROUP_EXTENTS];
            groups[group] = extents;
        }
        Extent extent = new Extent(made);
        add(made);
        extents[made & GROUP_EXTENTS - 1] = extent;
        made++;
        return extent;
    }

    /** Gives an extent back. It keeps its memory until {@link #trim}. */
    public final void give(Extent extent) {
        taken--;
        extent.next = free;
        free = extent;
        kept++;
    }

    /** Drops the memory of free extents beyond those that are kept. */
    public final void trim() {
        if (kept <= keptMax) {
            return;
        }
        recycle();
        for (Extent extent = free; extent != null && kept > keptMax; extent = free) {
            free = extent.next;
            kept--;
            drop(extent.number);
            extent.next = dropped;
            dropped = extent;
        }
    }

    /** Saves which extents exist and which of them are free. */
    public final void save(DataOutput out) throws IOException {
        out.writeInt(made);
        out.writeInt(kept);
        for (Extent extent = free; extent != null; extent = extent.next) {
            out.writeInt(extent.number);
        }
    }

    /** Restores what {@link #save} wrote, over the same memory. No extent may have been taken yet. */
    public final void restore(DataInput in) throws IOException {
        for (int extents = in.readInt(); extents > 0; extents--) {
            make();
        }
        kept = in.readInt();
        taken = made - kept;
        for (int i = 0; i < kept; i++) {
            Extent extent = of((long) in.readInt() << SHIFT);
            extent.next = free;
            free = extent;
        }
    }

    /** Returns the bytes of all extents that have memory. */
    public final long bytes() {
        return (long) (taken + kept) * EXTENT_BYTES;
    }
}
