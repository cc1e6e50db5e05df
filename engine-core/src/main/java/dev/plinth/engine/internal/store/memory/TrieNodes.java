package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.store.memory.arena.SlabMemory;

/**
 * Nodes of a trie: a word that tells which of the numbers 0–511 are there. Up to six numbers are in the word itself, so
 * that a sparse set costs no more than its place in the table. More numbers take a block of 512 bits.
 *
 * <p>The lowest three bits tell how many numbers follow, nine bits each, or that the rest is the address of a block. A
 * node without numbers is 0.
 */
final class TrieNodes {
    static final int BITS = 9;
    static final int FAN_OUT = 1 << BITS;

    private static final int PACKED_MAX = 6;
    private static final int TAG_BITS = 3;
    private static final int BLOCK = 7;
    private static final int BLOCK_WORDS = FAN_OUT / Long.SIZE;

    /**
     * Numbers at which a block is packed again. They are fewer than fit, so that one number to and fro does not repack
     * each time.
     */
    private static final int REPACKED_AT = 4;

    private final SlabMemory slabs;

    TrieNodes(SlabMemory slabs) {
        this.slabs = slabs;
    }

    boolean has(long node, int number) {
        if (isBlock(node)) {
            return (slabs.get(block(node) + (number >> 6)) >>> number & 1) == 1;
        }
        int count = (int) node & BLOCK;
        for (int i = 0; i < count; i++) {
            if (packed(node, i) == number) {
                return true;
            }
        }
        return false;
    }

    /** Returns the node with a new number. */
    long with(long node, int number) {
        if (isBlock(node)) {
            flip(block(node), number);
            return node;
        }
        int count = (int) node & BLOCK;
        if (count < PACKED_MAX) {
            return node + 1 | (long) number << TAG_BITS + BITS * count;
        }
        long block = slabs.allocate(BLOCK_WORDS);
        for (int i = 0; i < count; i++) {
            flip(block, packed(node, i));
        }
        flip(block, number);
        return block << TAG_BITS | BLOCK;
    }

    long without(long node, int number) {
        if (isBlock(node)) {
            flip(block(node), number);
            return repacked(node);
        }
        int count = (int) node & BLOCK;
        long left = 0;
        for (int i = 0; i < count; i++) {
            int each = packed(node, i);
            if (each != number) {
                left = with(left, each);
            }
        }
        return left;
    }

    /** Returns the highest number up to this one, or -1. */
    int highest(long node, int from) {
        int found = -1;
        if (isBlock(node)) {
            for (int i = from >> 6; i >= 0 && from >= 0; i--) {
                long mask = i == from >> 6 ? -1L >>> 63 - (from & 63) : -1L;
                long bits = slabs.get(block(node) + i) & mask;
                if (bits != 0) {
                    return i << 6 | 63 - Long.numberOfLeadingZeros(bits);
                }
            }
            return found;
        }
        int count = (int) node & BLOCK;
        for (int i = 0; i < count; i++) {
            int each = packed(node, i);
            if (each <= from && each > found) {
                found = each;
            }
        }
        return found;
    }

    /** Returns the lowest number from this one on, or -1. */
    int lowest(long node, int from) {
        if (isBlock(node)) {
            for (int i = from >> 6; i < BLOCK_WORDS; i++) {
                long mask = i == from >> 6 ? -1L << from : -1L;
                long bits = slabs.get(block(node) + i) & mask;
                if (bits != 0) {
                    return i << 6 | Long.numberOfTrailingZeros(bits);
                }
            }
            return -1;
        }
        int found = -1;
        int count = (int) node & BLOCK;
        for (int i = 0; i < count; i++) {
            int each = packed(node, i);
            if (each >= from && (found < 0 || each < found)) {
                found = each;
            }
        }
        return found;
    }

    private long repacked(long node) {
        long block = block(node);
        int count = 0;
        for (int i = 0; i < BLOCK_WORDS; i++) {
            count += Long.bitCount(slabs.get(block + i));
        }
        if (count > REPACKED_AT) {
            return node;
        }
        long packed = 0;
        for (int each = lowest(node, 0); each >= 0; each = each + 1 < FAN_OUT ? lowest(node, each + 1) : -1) {
            packed = with(packed, each);
        }
        slabs.free(block, BLOCK_WORDS);
        return packed;
    }

    private void flip(long block, int number) {
        long at = block + (number >> 6);
        slabs.set(at, slabs.get(at) ^ 1L << number);
    }

    private static boolean isBlock(long node) {
        return (node & BLOCK) == BLOCK;
    }

    private static long block(long node) {
        return node >>> TAG_BITS;
    }

    private static int packed(long node, int index) {
        return (int) (node >>> TAG_BITS + BITS * index) & FAN_OUT - 1;
    }
}
