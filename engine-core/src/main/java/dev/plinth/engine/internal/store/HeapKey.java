package dev.plinth.engine.internal.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Gives a byte array the equality that a hash map needs.
 *
 * <p>Not {@link Arrays#hashCode(byte[])}: keys often share 16 bytes and end in a counter, and 31·a+b folds 65,536 two-byte endings
 * into some 8,000 hashes. Comparable, because a hash map then keeps even a bucket of maliciously chosen keys logarithmic.
 */
final class HeapKey implements Comparable<HeapKey> {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

    private final byte[] bytes;
    private final int hash;

    /** Wraps a key of at least {@link TableShape#MIN_KEY_BYTES} bytes without copying it. */
    HeapKey(byte[] bytes) {
        this.bytes = bytes;
        this.hash = hash(bytes);
    }

    byte[] bytes() {
        return bytes;
    }

    private static int hash(byte[] bytes) {
        int last = bytes.length - Long.BYTES;
        long hash = bytes.length;
        for (int at = 0; at < last; at += Long.BYTES) {
            hash = mix(hash ^ (long) LONGS.get(bytes, at));
        }
        // The last word may overlap the one before: cheaper than a loop over what is left.
        hash = mix(hash ^ (long) LONGS.get(bytes, last));
        return (int) hash;
    }

    /** Low bits of a product know nothing of the high bits of its factors: they get the product's high half. */
    private static long mix(long word) {
        long product = word * GOLDEN_RATIO;
        return product ^ (product >>> 32);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HeapKey that && hash == that.hash && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int compareTo(HeapKey other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }
}
