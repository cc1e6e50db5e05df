package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.SetKey;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sets of numbers in order, kept as small rows of a table, on or off the heap.
 *
 * <p>A set of up to 32 numbers is one row that lists them. A larger one is a trie of bitmaps: a leaf holds 512 numbers in 64
 * bytes, a node above tells which of its 512 children have members, and the root counts. Adding, removing and finding the next member touch a few
 * rows whatever the size, so a page costs the same in a set of ten and in one of ten million, and holes cost nothing.
 *
 * <p>One writer; readers beside it validate with the store's sequence lock.
 */
final class OrderedSets {
    static final int KEY_BYTES = 26;

    private static final int LEVEL_AT = 17;
    private static final int INDEX_AT = 18;
    private static final int LIST_MEMBERS_MAX = 32;
    private static final int BITS = 9;
    private static final int FAN_OUT = 1 << BITS;
    private static final int TOP = 6;
    private static final int ROOT_LEVEL = 127;
    private static final int TRIE_ROOT_BYTES = 9;

    private final Table rows;

    OrderedSets(Table rows) {
        this.rows = rows;
    }

    void add(SetKey set, long number) {
        byte[] rootKey = key(set, ROOT_LEVEL, 0);
        byte[] root = rows.get(rootKey);
        if (root != null && isTrie(root)) {
            if (addToTrie(set, number)) {
                rows.put(rootKey, trieRoot(count(root) + 1));
            }
            return;
        }
        long[] members = members(root);
        int at = Arrays.binarySearch(members, number);
        if (at >= 0) {
            return;
        }
        if (members.length < LIST_MEMBERS_MAX) {
            rows.put(rootKey, with(members, -at - 1, number));
            return;
        }
        for (long member : members) {
            addToTrie(set, member);
        }
        addToTrie(set, number);
        rows.put(rootKey, trieRoot(members.length + 1L));
    }

    void remove(SetKey set, long number) {
        byte[] rootKey = key(set, ROOT_LEVEL, 0);
        byte[] root = rows.get(rootKey);
        if (root == null) {
            return;
        }
        if (isTrie(root)) {
            if (removeFromTrie(set, number)) {
                putTrieRoot(rootKey, count(root) - 1);
            }
            return;
        }
        long[] members = members(root);
        int at = Arrays.binarySearch(members, number);
        if (at < 0) {
            return;
        }
        if (members.length == 1) {
            rows.remove(rootKey);
        } else {
            rows.put(rootKey, without(members, at));
        }
    }

    long floor(SetKey set, long number) {
        byte[] root = rows.get(key(set, ROOT_LEVEL, 0));
        if (root == null || number < 0) {
            return Rows.NONE;
        }
        if (isTrie(root)) {
            return floorInTrie(set, number);
        }
        long[] members = members(root);
        int at = Arrays.binarySearch(members, number);
        int index = at >= 0 ? at : -at - 2;
        return index < 0 ? Rows.NONE : members[index];
    }

    long ceiling(SetKey set, long number) {
        byte[] root = rows.get(key(set, ROOT_LEVEL, 0));
        if (root == null) {
            return Rows.NONE;
        }
        long from = Math.max(0, number);
        if (isTrie(root)) {
            return ceilingInTrie(set, from);
        }
        long[] members = members(root);
        int at = Arrays.binarySearch(members, from);
        int index = at >= 0 ? at : -at - 1;
        return index == members.length ? Rows.NONE : members[index];
    }

    long size(SetKey set) {
        byte[] root = rows.get(key(set, ROOT_LEVEL, 0));
        return root == null ? 0 : isTrie(root) ? count(root) : root.length / 8;
    }

    /**
     * Shows what the sets hold, each member with its set and each set with its size, in no order. Whether a set is a list or a
     * trie depends on how large it once was, and does not show.
     */
    void forEach(Consumer<byte[]> visitor) {
        rows.forEach((key, row) -> {
            boolean root = key[LEVEL_AT] == ROOT_LEVEL;
            if (root) {
                visitor.accept(entry(key, ~(isTrie(row) ? count(row) : row.length / 8)));
            }
            if (root && !isTrie(row)) {
                for (long member : members(row)) {
                    visitor.accept(entry(key, member));
                }
            } else if (key[LEVEL_AT] == 0) {
                long first = Bytes.getLong(key, INDEX_AT) << BITS;
                for (int bit = lowest(row, 0); bit >= 0; bit = lowest(row, bit + 1)) {
                    visitor.accept(entry(key, first | bit));
                }
            }
        });
    }

    private static byte[] entry(byte[] key, long number) {
        byte[] entry = Arrays.copyOf(key, LEVEL_AT + Long.BYTES);
        Bytes.putLong(entry, LEVEL_AT, number);
        return entry;
    }

    private void putTrieRoot(byte[] rootKey, long count) {
        if (count == 0) {
            rows.remove(rootKey);
        } else {
            rows.put(rootKey, trieRoot(count));
        }
    }

    /** True if it was not there before. */
    private boolean addToTrie(SetKey set, long number) {
        for (int level = 0; level <= TOP; level++) {
            byte[] key = key(set, level, index(number, level));
            byte[] old = rows.get(key);
            int bit = bit(number, level);
            if (old != null && isSet(old, bit)) {
                return level > 0;
            }
            byte[] node = old == null ? new byte[FAN_OUT / 8] : old.clone();
            node[bit >> 3] |= (byte) (1 << (bit & 7));
            rows.put(key, node);
            if (old != null) {
                return true;
            }
        }
        return true;
    }

    /** True if it was there before. */
    private boolean removeFromTrie(SetKey set, long number) {
        for (int level = 0; level <= TOP; level++) {
            byte[] key = key(set, level, index(number, level));
            byte[] old = rows.get(key);
            int bit = bit(number, level);
            if (old == null || !isSet(old, bit)) {
                return level > 0;
            }
            byte[] node = old.clone();
            node[bit >> 3] &= (byte) ~(1 << (bit & 7));
            if (highest(node, FAN_OUT - 1) >= 0) {
                rows.put(key, node);
                return true;
            }
            rows.remove(key);
        }
        return true;
    }

    private long floorInTrie(SetKey set, long number) {
        for (int level = 0; level <= TOP; level++) {
            long index = index(number, level);
            byte[] node = rows.get(key(set, level, index));
            int from = level == 0 ? bit(number, 0) : bit(number, level) - 1;
            int bit = node == null ? -1 : highest(node, from);
            if (bit >= 0) {
                return lastBelow(set, level, index << BITS | bit);
            }
        }
        return Rows.NONE;
    }

    private long lastBelow(SetKey set, int foundAt, long found) {
        long path = found;
        for (int level = foundAt - 1; level >= 0; level--) {
            byte[] node = rows.get(key(set, level, path));
            int bit = node == null ? -1 : highest(node, FAN_OUT - 1);
            path = path << BITS | Math.max(0, bit);
        }
        return path;
    }

    private long ceilingInTrie(SetKey set, long number) {
        for (int level = 0; level <= TOP; level++) {
            long index = index(number, level);
            byte[] node = rows.get(key(set, level, index));
            int from = level == 0 ? bit(number, 0) : bit(number, level) + 1;
            int bit = node == null ? -1 : lowest(node, from);
            if (bit >= 0) {
                return firstBelow(set, level, index << BITS | bit);
            }
        }
        return Rows.NONE;
    }

    private long firstBelow(SetKey set, int foundAt, long found) {
        long path = found;
        for (int level = foundAt - 1; level >= 0; level--) {
            byte[] node = rows.get(key(set, level, path));
            int bit = node == null ? -1 : lowest(node, 0);
            path = path << BITS | Math.max(0, bit);
        }
        return path;
    }

    private static long index(long number, int level) {
        return level == TOP ? 0 : number >>> BITS * (level + 1);
    }

    private static int bit(long number, int level) {
        return (int) (number >>> BITS * level) & (FAN_OUT - 1);
    }

    private static boolean isSet(byte[] node, int bit) {
        return (node[bit >> 3] >> (bit & 7) & 1) == 1;
    }

    /** The highest bit that is set, looking down from this one; -1 if none is. */
    private static int highest(byte[] node, int from) {
        for (int i = from >> 3; i >= 0 && from >= 0; i--) {
            int mask = i == from >> 3 ? 0xFF >> (7 - (from & 7)) : 0xFF;
            int bits = node[i] & mask;
            if (bits != 0) {
                return i << 3 | 31 - Integer.numberOfLeadingZeros(bits);
            }
        }
        return -1;
    }

    /** The lowest bit that is set, looking up from this one; -1 if none is. */
    private static int lowest(byte[] node, int from) {
        for (int i = from >> 3; i < node.length; i++) {
            int mask = i == from >> 3 ? 0xFF << (from & 7) & 0xFF : 0xFF;
            int bits = node[i] & mask;
            if (bits != 0) {
                return i << 3 | Integer.numberOfTrailingZeros(bits);
            }
        }
        return -1;
    }

    private static boolean isTrie(byte[] root) {
        return root.length == TRIE_ROOT_BYTES;
    }

    private static byte[] trieRoot(long count) {
        byte[] root = new byte[TRIE_ROOT_BYTES];
        Bytes.putLong(root, 0, count);
        return root;
    }

    private static long count(byte[] trieRoot) {
        return Bytes.getLong(trieRoot, 0);
    }

    private static long[] members(byte @Nullable [] root) {
        if (root == null) {
            return new long[0];
        }
        long[] members = new long[root.length / 8];
        for (int i = 0; i < members.length; i++) {
            members[i] = Bytes.getLong(root, 8 * i);
        }
        return members;
    }

    private static byte[] with(long[] members, int at, long number) {
        byte[] row = new byte[8 * (members.length + 1)];
        for (int i = 0; i <= members.length; i++) {
            long member = i == at ? number : members[i < at ? i : i - 1];
            Bytes.putLong(row, 8 * i, member);
        }
        return row;
    }

    private static byte[] without(long[] members, int at) {
        byte[] row = new byte[8 * (members.length - 1)];
        for (int i = 0; i < members.length - 1; i++) {
            Bytes.putLong(row, 8 * i, members[i < at ? i : i + 1]);
        }
        return row;
    }

    private static byte[] key(SetKey set, int level, long index) {
        byte[] key = new byte[KEY_BYTES];
        key[0] = (byte) set.kind();
        Bytes.putLong(key, 1, set.high());
        Bytes.putLong(key, 9, set.low());
        key[LEVEL_AT] = (byte) level;
        Bytes.putLong(key, INDEX_AT, index);
        return key;
    }
}
