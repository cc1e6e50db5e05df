package dev.plinth.engine.internal.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Hashes the key of a row to 64 bits, each of which depends on all of the key.
 *
 * <p>Keys often share 16 bytes and end in a counter, so no bits of the key may be taken as they are.
 */
final class KeyHash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

    private KeyHash() {}

    /** Returns the hash of a key of at least {@link TableShape#MIN_KEY_BYTES} bytes. */
    static long of(byte[] key) {
        int last = key.length - Long.BYTES;
        long hash = key.length;
        for (int at = 0; at < last; at += Long.BYTES) {
            hash = mix(hash ^ (long) LONGS.get(key, at));
        }
        // The last word may overlap the one before: cheaper than a loop over what is left.
        hash = mix(hash ^ (long) LONGS.get(key, last));
        // The finalizer of SplitMix64 (Steele, Lea and Flood 2014): the index goes by the high bits.
        hash = (hash ^ hash >>> 30) * 0xBF58476D1CE4E5B9L;
        hash = (hash ^ hash >>> 27) * 0x94D049BB133111EBL;
        return hash ^ hash >>> 31;
    }

    /** Low bits of a product know nothing of the high bits of its factors: they get the product's high half. */
    private static long mix(long word) {
        long product = word * GOLDEN_RATIO;
        return product ^ product >>> 32;
    }
}
