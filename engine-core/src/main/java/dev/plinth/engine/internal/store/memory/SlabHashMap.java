package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.store.memory.arena.SlabMemory;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * A hash table from keys of three words to one word that is not 0, in {@link SlabMemory}.
 *
 * <p>Extendible hashing: the first bits of a key's hash choose one of many small segments. A segment that is three
 * quarters full is split in two. Only the directory of their addresses, eight bytes for some hundred keys, is ever
 * copied whole. So no growth stalls the writer. A table that is rehashed at once would do so for seconds at millions of
 * keys. A segment uses linear probing. A removal moves later entries up, so there are no tombstones.
 *
 * <p>Keys have digests of texts that clients choose. So the hash has a secret seed ({@link KeyHash}).
 */
final class SlabHashMap {
    private static final int SLOT_WORDS = 4;
    private static final int SLOTS = 256;
    private static final int SLOTS_USED_MAX = SLOTS * 3 / 4;
    private static final int DEPTH = 0;
    private static final int COUNT = 1;
    private static final int HEADER_WORDS = 2;
    private static final int SEGMENT_WORDS = HEADER_WORDS + SLOTS * SLOT_WORDS;
    private static final int DEPTH_MAX = 30;

    private final SlabMemory slabs;
    private final KeyHash keyHash;
    private long[] directory;
    private int depth;
    private long size;
    private long segments = 1;

    SlabHashMap(SlabMemory slabs) {
        this.slabs = slabs;
        this.keyHash = KeyHash.drawn();
        this.directory = new long[] {slabs.allocate(SEGMENT_WORDS)};
    }

    /** Restores a map that {@link #save} wrote, over the same words. */
    SlabHashMap(SlabMemory slabs, DataInput in) throws IOException {
        this.slabs = slabs;
        this.keyHash = KeyHash.restore(in);
        this.depth = in.readInt();
        this.size = in.readLong();
        this.segments = in.readLong();
        this.directory = new long[1 << depth];
        for (int i = 0; i < directory.length; i++) {
            directory[i] = in.readLong();
        }
    }

    /** Saves the part that is not in the words. */
    void save(DataOutput out) throws IOException {
        keyHash.save(out);
        out.writeInt(depth);
        out.writeLong(size);
        out.writeLong(segments);
        for (long segment : directory) {
            out.writeLong(segment);
        }
    }

    /** Returns how many keys there are. */
    long size() {
        return size;
    }

    /** Returns the words of the map itself. */
    long words() {
        return segments * SEGMENT_WORDS;
    }

    /** Returns the word under a key, or 0. */
    long get(long a, long b, long c) {
        return word(slot(a, b, c));
    }

    /** Returns the word in a slot, or 0 for slot 0. */
    long word(long slot) {
        return slot == 0 ? 0 : slabs.get(slot + 3);
    }

    /** Puts a word, which must not be 0. Only a new key may need memory; if there is none, the map stays as it was. */
    void put(long a, long b, long c, long word) {
        put(slot(a, b, c), a, b, c, word);
    }

    /**
     * Puts a word likewise.
     *
     * @param slot where the writer has found the key, or 0 if it is new; other keys may have been put or removed
     *     meanwhile
     */
    void put(long slot, long a, long b, long c, long word) {
        long at = slot == 0 || word(slot) != 0 && has(slot, a, b, c) ? slot : slot(a, b, c);
        if (at != 0) {
            slabs.set(at + 3, word);
            return;
        }
        long hash = keyHash.of(a, b, c);
        long segment = segment(hash);
        while (slabs.get(segment + COUNT) >= SLOTS_USED_MAX) {
            split(segment, hash);
            segment = segment(hash);
        }
        insert(segment, hash, a, b, c, word);
        size++;
    }

    /** Removes a key. */
    void remove(long a, long b, long c) {
        long slot = slot(a, b, c);
        if (slot == 0) {
            return;
        }
        long segment = segment(keyHash.of(a, b, c));
        slabs.set(segment + COUNT, slabs.get(segment + COUNT) - 1);
        size--;
        int hole = (int) ((slot - segment - HEADER_WORDS) / SLOT_WORDS);
        int next = hole;
        while (true) {
            next = next + 1 & SLOTS - 1;
            long from = address(segment, next);
            if (slabs.get(from + 3) == 0) {
                slabs.set(address(segment, hole) + 3, 0);
                return;
            }
            int home = home(keyHash.of(slabs.get(from), slabs.get(from + 1), slabs.get(from + 2)));
            // The entry may move up unless its home is after the hole.
            if ((next - home & SLOTS - 1) >= (next - hole & SLOTS - 1)) {
                copy(from, address(segment, hole));
                hole = next;
            }
        }
    }

    /** Visits every key with its word, in no order. */
    void forEach(Visitor visitor) {
        for (int i = 0; i < directory.length; i++) {
            long segment = directory[i];
            if (i > 0 && directory[i - 1] == segment) {
                continue;
            }
            for (int slot = 0; slot < SLOTS; slot++) {
                long at = address(segment, slot);
                long word = slabs.get(at + 3);
                if (word != 0) {
                    visitor.visit(slabs.get(at), slabs.get(at + 1), slabs.get(at + 2), word);
                }
            }
        }
    }

    /** Returns the slot of a key, or 0. It stays there until a key is put or removed. */
    long slot(long a, long b, long c) {
        long hash = keyHash.of(a, b, c);
        long segment = segment(hash);
        int slot = home(hash);
        for (int i = 0; i < SLOTS; i++) {
            long at = address(segment, slot);
            if (slabs.get(at + 3) == 0) {
                return 0;
            }
            if (has(at, a, b, c)) {
                return at;
            }
            slot = slot + 1 & SLOTS - 1;
        }
        return 0;
    }

    private boolean has(long slot, long a, long b, long c) {
        return slabs.get(slot) == a && slabs.get(slot + 1) == b && slabs.get(slot + 2) == c;
    }

    private void insert(long segment, long hash, long a, long b, long c, long word) {
        int slot = home(hash);
        while (slabs.get(address(segment, slot) + 3) != 0) {
            slot = slot + 1 & SLOTS - 1;
        }
        long at = address(segment, slot);
        slabs.set(at, a);
        slabs.set(at + 1, b);
        slabs.set(at + 2, c);
        slabs.set(at + 3, word);
        slabs.set(segment + COUNT, slabs.get(segment + COUNT) + 1);
    }

    /** Divides a segment by the next bit of its keys' hashes. */
    private void split(long segment, long hash) {
        int local = (int) slabs.get(segment + DEPTH);
        long[] entries = new long[SLOTS * SLOT_WORDS];
        if (local == depth) {
            if (depth == DEPTH_MAX) {
                throw new IllegalStateException("Expected at most 2^" + DEPTH_MAX + " segments, but needed more");
            }
            long[] twice = new long[directory.length * 2];
            for (int i = 0; i < twice.length; i++) {
                twice[i] = directory[i >> 1];
            }
            directory = twice;
            depth++;
        }
        long other = slabs.allocate(SEGMENT_WORDS);
        segments++;
        int span = 1 << depth - local;
        int first = index(hash) & -span;
        Arrays.fill(directory, first + span / 2, first + span, other);

        for (int i = 0; i < entries.length; i++) {
            entries[i] = slabs.get(segment + HEADER_WORDS + i);
            slabs.set(segment + HEADER_WORDS + i, 0);
        }
        slabs.set(segment + COUNT, 0);
        slabs.set(segment + DEPTH, local + 1L);
        slabs.set(other + DEPTH, local + 1L);
        for (int i = 0; i < entries.length; i += SLOT_WORDS) {
            if (entries[i + 3] != 0) {
                long entryHash = keyHash.of(entries[i], entries[i + 1], entries[i + 2]);
                insert(segment(entryHash), entryHash, entries[i], entries[i + 1], entries[i + 2], entries[i + 3]);
            }
        }
    }

    private void copy(long from, long to) {
        for (int i = 0; i < SLOT_WORDS; i++) {
            slabs.set(to + i, slabs.get(from + i));
        }
    }

    private long segment(long hash) {
        return directory[index(hash)];
    }

    private int index(long hash) {
        return (int) (hash >>> 1 >>> 63 - depth);
    }

    private static int home(long hash) {
        return (int) hash & SLOTS - 1;
    }

    private static long address(long segment, int slot) {
        return segment + HEADER_WORDS + (long) slot * SLOT_WORDS;
    }

    /** Takes keys and their words. */
    @FunctionalInterface
    interface Visitor {
        void visit(long a, long b, long c, long word);
    }
}
