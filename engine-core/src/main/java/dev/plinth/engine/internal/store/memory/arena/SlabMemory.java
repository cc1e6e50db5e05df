package dev.plinth.engine.internal.store.memory.arena;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Memory in words of 8 bytes, on or off the heap, from which blocks are taken and to which they are given back.
 *
 * <p>It grows by extents that never move and are never freed before the end. There is one writer. Readers beside it may
 * follow a stale word and validate afterwards. So {@link #get} answers or throws {@link IndexOutOfBoundsException} for
 * any address, and never touches memory that is not ours.
 */
public abstract class SlabMemory implements AutoCloseable {
    /** Words of an extent: 256 KiB. */
    public static final int EXTENT_WORDS = 1 << SlabMemory.SHIFT;

    public static final int SHIFT = 15;
    public static final int MASK = (1 << SHIFT) - 1;
    static final int BLOCK_WORDS_MAX = 2048;

    /** The first address. Address 0 is none. */
    private static final long FIRST = 8;

    /** The last freed block of each length. Its first word names the block freed before it. */
    private final long[] free = new long[BLOCK_WORDS_MAX + 1];

    private long next = FIRST;
    private long end;
    private long used;

    /** Returns the word at an address. */
    public abstract long get(long at);

    /** Sets the word at an address. */
    public abstract void set(long at, long word);

    /** Adds an extent. */
    protected abstract void grow();

    /** Returns the words of all taken blocks. */
    public long used() {
        return used;
    }

    /** Takes a block of zeros. If there is no memory for it, nothing changes. */
    public long allocate(int words) {
        long block = free[words];
        if (block != 0) {
            free[words] = get(block);
        } else {
            while (next + words > end) {
                grow();
                end += EXTENT_WORDS;
            }
            block = next;
            next += words;
        }
        used += words;
        for (int i = 0; i < words; i++) {
            set(block + i, 0);
        }
        return block;
    }

    /** Gives a block back. */
    public void free(long block, int words) {
        used -= words;
        set(block, free[words]);
        free[words] = block;
    }

    /** Gives all blocks back. */
    public void clear() {
        Arrays.fill(free, 0);
        next = FIRST;
        used = 0;
    }

    /** Saves which blocks are taken and which are free. The words themselves stay where they are. */
    public void save(DataOutput out) throws IOException {
        out.writeLong(next);
        out.writeLong(end);
        out.writeLong(used);
        for (long block : free) {
            out.writeLong(block);
        }
    }

    /** Restores what {@link #save} wrote, over the same words. */
    public void restore(DataInput in) throws IOException {
        next = in.readLong();
        long savedEnd = in.readLong();
        used = in.readLong();
        for (int i = 0; i < free.length; i++) {
            free[i] = in.readLong();
        }
        while (end < savedEnd) {
            grow();
            end += EXTENT_WORDS;
        }
    }

    @Override
    public abstract void close();

    public static SlabMemory onHeap() {
        return new SlabMemory() {
            private long[][] extents = new long[0][];

            @Override
            public long get(long at) {
                return extents[(int) (at >>> SHIFT)][(int) at & MASK];
            }

            @Override
            public void set(long at, long word) {
                extents[(int) (at >>> SHIFT)][(int) at & MASK] = word;
            }

            @Override
            public void grow() {
                long[][] more = Arrays.copyOf(extents, extents.length + 1);
                more[extents.length] = new long[EXTENT_WORDS];
                extents = more;
            }

            @Override
            public void close() {
                extents = new long[0][];
            }
        };
    }
}
