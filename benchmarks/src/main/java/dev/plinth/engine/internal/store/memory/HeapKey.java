package dev.plinth.engine.internal.store.memory;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Gives a byte array the equality that a hash map needs.
 *
 * <p>Its hash is not {@link Arrays#hashCode(byte[])}. Keys often share 16 bytes and end in a counter, and 31·a+b folds
 * 65,536 two-byte endings into some 8,000 hashes. Comparable, because a hash map then keeps even a bucket of
 * maliciously chosen keys logarithmic.
 */
final class HeapKey implements Comparable<HeapKey> {
    private static final KeyHash HASH = KeyHash.drawn();

    private final byte[] bytes;
    private final int hash;

    /** Wraps a key of at least {@link TableShape#MIN_KEY_BYTES} bytes without copying it. */
    HeapKey(byte[] bytes) {
        this.bytes = bytes;
        this.hash = (int) HASH.of(bytes);
    }

    byte[] bytes() {
        return bytes;
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
