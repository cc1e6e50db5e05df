package dev.plinth.engine.internal.store;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Memory in words of 8 bytes, on or off the heap, from which blocks are taken and to which they go back.
 *
 * <p>Grows by extents that never move and are never given back before the end. One writer; readers beside it may follow a word that
 * means nothing any more and validate afterwards, so {@link #get} answers or throws {@link IndexOutOfBoundsException} whatever
 * the address is, and never touches memory that is not ours.
 */
abstract class SlabMemory implements AutoCloseable {
    /** Words of an extent: 256 KiB. */
    static final int EXTENT_WORDS = 1 << SlabMemory.SHIFT;

    static final int SHIFT = 15;
    static final int MASK = (1 << SHIFT) - 1;
    static final int BLOCK_WORDS_MAX = 2048;

    /** Address 0 is nobody's. */
    private static final long FIRST = 8;

    /** The last freed block of each length; its first word names the one before. */
    private final long[] free = new long[BLOCK_WORDS_MAX + 1];

    private long next = FIRST;
    private long end;
    private long used;

    /** The word at an address. */
    abstract long get(long at);

    /** Sets the word at an address. */
    abstract void set(long at, long word);

    /** Adds an extent. */
    abstract void grow();

    /** Words of all blocks that are taken. */
    long used() {
        return used;
    }

    /** Takes a block of zeros. If there is no memory for it, nothing has changed. */
    long allocate(int words) {
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
    void free(long block, int words) {
        used -= words;
        set(block, free[words]);
        free[words] = block;
    }

    /** Gives all blocks back. */
    void clear() {
        Arrays.fill(free, 0);
        next = FIRST;
        used = 0;
    }

    /** Writes down what is taken and what is free; the words themselves stay where they are. */
    void save(DataOutput out) throws IOException {
        out.writeLong(next);
        out.writeLong(end);
        out.writeLong(used);
        for (long block : free) {
            out.writeLong(block);
        }
    }

    /** Goes on where {@link #save} was called, over the same words. */
    void restore(DataInput in) throws IOException {
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

    /** Words on the heap. */
    static SlabMemory onHeap() {
        return new SlabMemory() {
            private long[][] extents = new long[0][];

            @Override
            long get(long at) {
                return extents[(int) (at >>> SHIFT)][(int) at & MASK];
            }

            @Override
            void set(long at, long word) {
                extents[(int) (at >>> SHIFT)][(int) at & MASK] = word;
            }

            @Override
            void grow() {
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
