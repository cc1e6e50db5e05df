package dev.plinth.engine.internal.json;

import dev.plinth.engine.internal.base.IndexedMap;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The few members of an object in the order of their text. Their names stay in the object's text, without escapes. A
 * name becomes a string only when it is asked for. Not to be changed once it is read.
 */
final class ObjectMembers extends IndexedMap<JsonValue> {
    /** The most members, because a look-up goes through all of them. */
    static final int MAX = 16;

    /** Bits of a member's index. All {@link #MAX} of them fit into 64. */
    private static final int INDEX_BITS = 4;

    private static final int USUAL = 4;

    private final byte[] source;
    private int[] ends = new int[2 * USUAL];
    private JsonValue[] values = new JsonValue[USUAL];
    private int size;

    /** Makes an object of this text without members. */
    ObjectMembers(byte[] source) {
        this.source = source;
    }

    /**
     * Adds a member whose name is between two positions. Returns false and adds nothing if there is a member with that
     * name.
     */
    boolean add(int from, int to, JsonValue value) {
        for (int i = 0; i < size; i++) {
            if (Arrays.equals(source, from(i), to(i), source, from, to)) {
                return false;
            }
        }
        if (size == values.length) {
            ends = Arrays.copyOf(ends, 4 * size);
            values = Arrays.copyOf(values, 2 * size);
        }
        ends[2 * size] = from;
        ends[2 * size + 1] = to;
        values[size++] = value;
        return true;
    }

    /** Returns where the name of a member begins in the text. */
    int from(int index) {
        return ends[2 * index];
    }

    /** Returns where the name of a member ends in the text. */
    int to(int index) {
        return ends[2 * index + 1];
    }

    /** Returns the text. */
    byte[] source() {
        return source;
    }

    JsonValue value(int index) {
        return values[index];
    }

    /** Returns true if all names are ASCII, because the order of their bytes is then that of their characters. */
    boolean isAscii() {
        for (int i = 0; i < size; i++) {
            for (int at = from(i); at < to(i); at++) {
                if (source[at] < 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Returns the members in the order of their names, {@link #INDEX_BITS} bits each, the least name in the lowest bits. */
    long order() {
        long order = 0;
        for (int i = 0; i < size; i++) {
            int at = i;
            while (at > 0 && compare(i, at(order, at - 1)) < 0) {
                at--;
            }
            long below = order & (1L << INDEX_BITS * at) - 1;
            order = (order ^ below) << INDEX_BITS | (long) i << INDEX_BITS * at | below;
        }
        return order;
    }

    /** Returns the member at a position of an order. */
    static int at(long order, int position) {
        return (int) (order >>> INDEX_BITS * position) & MAX - 1;
    }

    private int compare(int one, int other) {
        return Arrays.compare(source, from(one), to(one), source, from(other), to(other));
    }

    private String name(int index) {
        return new String(source, from(index), to(index) - from(index), StandardCharsets.UTF_8);
    }

    private int index(@Nullable Object wanted) {
        for (int i = 0; i < size && wanted instanceof String; i++) {
            if (isNamed(i, (String) wanted)) {
                return i;
            }
        }
        return -1;
    }

    private boolean isNamed(int index, String wanted) {
        int from = from(index);
        int length = to(index) - from;
        if (length < wanted.length()) {
            return false;
        }
        for (int i = 0; i < wanted.length(); i++) {
            char c = wanted.charAt(i);
            if (c >= 0x80) {
                return wanted.equals(name(index));
            }
            if (c != source[from + i]) {
                return false;
            }
        }
        return length == wanted.length();
    }

    @Override
    public @Nullable JsonValue get(@Nullable Object wanted) {
        int index = index(wanted);
        return index < 0 ? null : values[index];
    }

    @Override
    public boolean containsKey(@Nullable Object wanted) {
        return index(wanted) >= 0;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    protected Map.Entry<String, JsonValue> entry(int index) {
        return Map.entry(name(index), values[index]);
    }
}
