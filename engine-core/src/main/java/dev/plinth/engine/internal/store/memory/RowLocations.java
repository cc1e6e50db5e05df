package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.store.memory.arena.SlabMemory;
import java.util.Arrays;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the row of a list number. Numbers are given in order, so 64 of them share a block, which is freed with its last
 * number.
 *
 * <p>A block has a word that tells which numbers are there. Then it has five words for each number: table and length of
 * the key, key. The blocks are in the table of the sets under kind 0. There is one writer; readers beside it validate
 * with the store's sequence lock.
 */
final class RowLocations {
    private static final int SHIFT = 6;
    private static final int NUMBERS = 1 << SHIFT;
    private static final int KEY_WORDS = 4;
    private static final int KEY_BYTES_MAX = KEY_WORDS * Long.BYTES;
    private static final int PLACE_WORDS = 1 + KEY_WORDS;
    private static final int BLOCK_WORDS = 1 + NUMBERS * PLACE_WORDS;

    private final SlabHashMap map;
    private final SlabMemory slabs;

    RowLocations(SlabHashMap map, SlabMemory slabs) {
        this.map = map;
        this.slabs = slabs;
    }

    /** Returns the table's number and the row's key, or null if the number has no location. */
    byte @Nullable [] get(long number) {
        long block = map.get(0, 0, number >>> SHIFT);
        if (block == 0 || (slabs.get(block) >>> number & 1) == 0) {
            return null;
        }
        return place(block, (int) number & NUMBERS - 1);
    }

    void put(long number, int table, byte[] key) {
        if (key.length > KEY_BYTES_MAX || key.length % Long.BYTES != 0) {
            throw new IllegalStateException(
                    "Expected a key of 8, 16, 24 or 32 bytes for a row with a list number, but got " + key.length
                            + " bytes in table " + table);
        }
        long block = map.get(0, 0, number >>> SHIFT);
        if (block == 0) {
            block = slabs.allocate(BLOCK_WORDS);
            map.put(0, 0, number >>> SHIFT, block);
        }
        long taken = slabs.get(block);
        slabs.set(block, taken | 1L << number);
        long at = at(block, (int) number & NUMBERS - 1);
        slabs.set(at, (long) table << Byte.SIZE | key.length);
        for (int i = 0; i < key.length / Long.BYTES; i++) {
            slabs.set(at + 1 + i, Bytes.getLong(key, i * Long.BYTES));
        }
    }

    void remove(long number) {
        long block = map.get(0, 0, number >>> SHIFT);
        if (block == 0 || (slabs.get(block) >>> number & 1) == 0) {
            return;
        }
        long left = slabs.get(block) & ~(1L << number);
        slabs.set(block, left);
        if (left == 0) {
            map.remove(0, 0, number >>> SHIFT);
            slabs.free(block, BLOCK_WORDS);
        }
    }

    /** Visits every number, as 8 bytes, with its location. */
    void forEach(BiConsumer<byte[], byte[]> visitor) {
        map.forEach((high, low, page, block) -> {
            if (page >>> OrderedSets.KIND_SHIFT != 0) {
                return;
            }
            for (int i = 0; i < NUMBERS; i++) {
                if ((slabs.get(block) >>> i & 1) == 1) {
                    byte[] number = new byte[Long.BYTES];
                    Bytes.putLong(number, 0, page << SHIFT | i);
                    visitor.accept(number, place(block, i));
                }
            }
        });
    }

    private byte[] place(long block, int index) {
        long at = at(block, index);
        long head = slabs.get(at);
        // A reader beside the writer may see anything here, and must not copy too much.
        int length = Math.min(KEY_BYTES_MAX, (int) head & 0xFF);
        byte[] place = new byte[1 + KEY_BYTES_MAX];
        place[0] = (byte) (head >>> Byte.SIZE);
        for (int i = 0; i < length / Long.BYTES; i++) {
            Bytes.putLong(place, 1 + i * Long.BYTES, slabs.get(at + 1 + i));
        }
        return length == KEY_BYTES_MAX ? place : Arrays.copyOf(place, 1 + length);
    }

    private static long at(long block, int index) {
        return block + 1 + (long) index * PLACE_WORDS;
    }
}
