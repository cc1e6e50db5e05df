package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.store.memory.arena.SlabMemory;
import java.util.function.Consumer;

/**
 * Sets of numbers in order, on or off the heap.
 *
 * <p>A set of up to 32 numbers is one sorted block; a set of one number is that number. A larger set is a trie. A leaf
 * tells which of 512 numbers are members, a node above tells which of its 512 children have any, and the root counts.
 * Adding, removing and finding the next member touch a few words whatever the size. So a page costs the same in a set
 * of ten and in one of ten million, and holes cost nothing.
 *
 * <p>Root words end in two bits: 1 one number, 2 a list (address, count of six bits), 3 a trie (count).
 * {@link TrieNodes} explains the other words. There is one writer; readers beside it validate with the store's sequence
 * lock. If there is no memory for a member, the set stays as it was.
 */
public final class OrderedSets {
    /** Position of the kind of a set in a key. Kind 0 are the locations of rows. */
    static final int KIND_SHIFT = 57;

    private static final int LIST_MEMBERS_MAX = 32;
    private static final int TOP = 6;
    private static final int ROOT_LEVEL = 7;
    private static final int LEVEL_SHIFT = 54;
    private static final int ONE = 1;
    private static final int LIST = 2;
    private static final int TRIE = 3;
    private static final int TAGS = 3;
    private static final int COUNT_BITS = 6;
    private static final int COUNT_MASK = (1 << COUNT_BITS) - 1;
    private static final long ONE_MAX = Long.MAX_VALUE >>> 2;
    private static final int ENTRY_BYTES = 25;

    private final SlabHashMap map;
    private final SlabMemory slabs;
    private final TrieNodes trieNodes;

    OrderedSets(SlabHashMap map, SlabMemory slabs) {
        this.map = map;
        this.slabs = slabs;
        this.trieNodes = new TrieNodes(slabs);
    }

    void add(SetKey set, long number) {
        long slot = map.slot(set.high(), set.low(), key(set, ROOT_LEVEL, 0));
        long root = map.word(slot);
        if (tag(root) == TRIE) {
            if (addToTrie(set, number)) {
                putRoot(slot, set, root + (1L << 2));
            }
            return;
        }
        int count = listed(root);
        int at = position(root, count, number);
        if (at < count && member(root, at) == number) {
            return;
        }
        if (count < LIST_MEMBERS_MAX) {
            putRoot(slot, set, listWith(root, count, at, number));
            return;
        }
        int moved = 0;
        try {
            for (; moved < count; moved++) {
                addToTrie(set, member(root, moved));
            }
            addToTrie(set, number);
        } catch (RuntimeException | Error e) {
            for (int i = 0; i < moved; i++) {
                removeFromTrie(set, member(root, i));
            }
            throw e;
        }
        freeList(root, count);
        putRoot(slot, set, count + 1L << 2 | TRIE);
    }

    void remove(SetKey set, long number) {
        long root = root(set);
        if (tag(root) == TRIE) {
            if (removeFromTrie(set, number)) {
                putRoot(set, root >>> 2 == 1 ? 0 : root - (1L << 2));
            }
            return;
        }
        int count = listed(root);
        int at = position(root, count, number);
        if (at < count && member(root, at) == number) {
            putRoot(set, listWithout(root, count, at));
        }
    }

    public long floor(SetKey set, long number) {
        long root = root(set);
        if (number < 0) {
            return Rows.NONE;
        }
        if (tag(root) == TRIE) {
            return floorInTrie(set, number);
        }
        int count = listed(root);
        int at = position(root, count, number);
        if (at < count && member(root, at) == number) {
            return number;
        }
        return at == 0 ? Rows.NONE : member(root, at - 1);
    }

    public long ceiling(SetKey set, long number) {
        long root = root(set);
        long from = Math.max(0, number);
        if (tag(root) == TRIE) {
            return ceilingInTrie(set, from);
        }
        int count = listed(root);
        int at = position(root, count, from);
        return at == count ? Rows.NONE : member(root, at);
    }

    public long size(SetKey set) {
        long root = root(set);
        return tag(root) == TRIE ? root >>> 2 : listed(root);
    }

    /**
     * Visits the content of the sets: each member with its set and each set with its size, in no order. It does not
     * tell lists from tries, because that depends on how large a set once was.
     */
    void forEach(Consumer<byte[]> visitor) {
        map.forEach((high, low, key, word) -> {
            int kind = (int) (key >>> KIND_SHIFT);
            int level = (int) (key >>> LEVEL_SHIFT) & 7;
            if (kind == 0) {
                return;
            }
            if (level == ROOT_LEVEL) {
                boolean trie = tag(word) == TRIE;
                int count = listed(word);
                visitor.accept(entry(kind, high, low, ~(trie ? word >>> 2 : count)));
                for (int i = 0; i < count; i++) {
                    visitor.accept(entry(kind, high, low, member(word, i)));
                }
            } else if (level == 0) {
                long first = (key & (1L << LEVEL_SHIFT) - 1) << TrieNodes.BITS;
                int each = trieNodes.lowest(word, 0);
                while (each >= 0) {
                    visitor.accept(entry(kind, high, low, first | each));
                    each = each + 1 < TrieNodes.FAN_OUT ? trieNodes.lowest(word, each + 1) : -1;
                }
            }
        });
    }

    private static byte[] entry(int kind, long high, long low, long number) {
        byte[] entry = new byte[ENTRY_BYTES];
        entry[0] = (byte) kind;
        Bytes.putLong(entry, 1, high);
        Bytes.putLong(entry, 9, low);
        Bytes.putLong(entry, 17, number);
        return entry;
    }

    /** Returns true if the number was not there before. */
    private boolean addToTrie(SetKey set, long number) {
        int level = 0;
        try {
            for (; level <= TOP; level++) {
                long key = key(set, level, index(number, level));
                long slot = map.slot(set.high(), set.low(), key);
                long node = map.word(slot);
                int bit = bit(number, level);
                if (node != 0 && trieNodes.has(node, bit)) {
                    return level > 0;
                }
                long with = trieNodes.with(node, bit);
                if (with != node) {
                    map.put(slot, set.high(), set.low(), key, with);
                }
                if (node != 0) {
                    return true;
                }
            }
            return true;
        } catch (RuntimeException | Error e) {
            // The nodes below are new and belong to this number alone, and no node names them.
            for (int below = 0; below < level; below++) {
                map.remove(set.high(), set.low(), key(set, below, index(number, below)));
            }
            throw e;
        }
    }

    /** Returns true if the number was there before. */
    private boolean removeFromTrie(SetKey set, long number) {
        for (int level = 0; level <= TOP; level++) {
            long key = key(set, level, index(number, level));
            long node = map.get(set.high(), set.low(), key);
            int bit = bit(number, level);
            if (node == 0 || !trieNodes.has(node, bit)) {
                return level > 0;
            }
            long without = trieNodes.without(node, bit);
            put(set, key, without);
            if (without != 0) {
                return true;
            }
        }
        return true;
    }

    private long floorInTrie(SetKey set, long number) {
        for (int level = 0; level <= TOP; level++) {
            long index = index(number, level);
            int from = level == 0 ? bit(number, 0) : bit(number, level) - 1;
            int bit = trieNodes.highest(node(set, level, index), from);
            if (bit >= 0) {
                return lastBelow(set, level, index << TrieNodes.BITS | bit);
            }
        }
        return Rows.NONE;
    }

    private long lastBelow(SetKey set, int foundAt, long found) {
        long path = found;
        for (int level = foundAt - 1; level >= 0; level--) {
            int bit = trieNodes.highest(node(set, level, path), TrieNodes.FAN_OUT - 1);
            path = path << TrieNodes.BITS | Math.max(0, bit);
        }
        return path;
    }

    private long ceilingInTrie(SetKey set, long number) {
        for (int level = 0; level <= TOP; level++) {
            long index = index(number, level);
            int from = level == 0 ? bit(number, 0) : bit(number, level) + 1;
            int bit = from == TrieNodes.FAN_OUT ? -1 : trieNodes.lowest(node(set, level, index), from);
            if (bit >= 0) {
                return firstBelow(set, level, index << TrieNodes.BITS | bit);
            }
        }
        return Rows.NONE;
    }

    private long firstBelow(SetKey set, int foundAt, long found) {
        long path = found;
        for (int level = foundAt - 1; level >= 0; level--) {
            int bit = trieNodes.lowest(node(set, level, path), 0);
            path = path << TrieNodes.BITS | Math.max(0, bit);
        }
        return path;
    }

    private static long index(long number, int level) {
        return level == TOP ? 0 : number >>> TrieNodes.BITS * (level + 1);
    }

    private static int bit(long number, int level) {
        return (int) (number >>> TrieNodes.BITS * level) & TrieNodes.FAN_OUT - 1;
    }

    private static int tag(long root) {
        return (int) root & TAGS;
    }

    /** Returns how many numbers the list in a root has, or 0 for a trie. */
    private static int listed(long root) {
        int tag = tag(root);
        return tag == LIST ? (int) (root >>> 2) & COUNT_MASK : tag == ONE ? 1 : 0;
    }

    private long member(long root, int at) {
        return tag(root) == ONE ? root >>> 2 : slabs.get(block(root) + at);
    }

    /** Returns the position of a number in a list, or the one at which it would be. */
    private int position(long root, int count, long number) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = low + high >>> 1;
            if (member(root, middle) < number) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private long listWith(long root, int count, int at, long number) {
        if (count == 0 && number <= ONE_MAX) {
            return number << 2 | ONE;
        }
        boolean inPlace = tag(root) == LIST && blockWords(count) == blockWords(count + 1);
        long block = inPlace ? block(root) : slabs.allocate(blockWords(count + 1));
        for (int i = count; i > at; i--) {
            slabs.set(block + i, member(root, i - 1));
        }
        for (int i = 0; i < at && !inPlace; i++) {
            slabs.set(block + i, member(root, i));
        }
        slabs.set(block + at, number);
        if (!inPlace) {
            freeList(root, count);
        }
        return list(block, count + 1);
    }

    private long listWithout(long root, int count, int at) {
        if (count == 1) {
            freeList(root, count);
            return 0;
        }
        boolean inPlace = blockWords(count) == blockWords(count - 1);
        long block = inPlace ? block(root) : slabs.allocate(blockWords(count - 1));
        for (int i = 0; i < at && !inPlace; i++) {
            slabs.set(block + i, member(root, i));
        }
        for (int i = at; i < count - 1; i++) {
            slabs.set(block + i, member(root, i + 1));
        }
        if (!inPlace) {
            freeList(root, count);
        }
        return list(block, count - 1);
    }

    private void freeList(long root, int count) {
        if (tag(root) == LIST) {
            slabs.free(block(root), blockWords(count));
        }
    }

    /** Returns the words of a list's block: 2, 4, 8, 16 or 32. */
    private static int blockWords(int count) {
        return Math.max(2, Integer.highestOneBit(2 * count - 1));
    }

    private static long list(long block, int count) {
        return (block << COUNT_BITS | count) << 2 | LIST;
    }

    private static long block(long root) {
        return root >>> 2 + COUNT_BITS;
    }

    private long node(SetKey set, int level, long index) {
        return map.get(set.high(), set.low(), key(set, level, index));
    }

    private long root(SetKey set) {
        return node(set, ROOT_LEVEL, 0);
    }

    private void putRoot(SetKey set, long root) {
        put(set, key(set, ROOT_LEVEL, 0), root);
    }

    private void putRoot(long slot, SetKey set, long root) {
        map.put(slot, set.high(), set.low(), key(set, ROOT_LEVEL, 0), root);
    }

    private void put(SetKey set, long key, long word) {
        if (word == 0) {
            map.remove(set.high(), set.low(), key);
        } else {
            map.put(set.high(), set.low(), key, word);
        }
    }

    private static long key(SetKey set, int level, long index) {
        return (long) set.kind() << KIND_SHIFT | (long) level << LEVEL_SHIFT | index;
    }
}
