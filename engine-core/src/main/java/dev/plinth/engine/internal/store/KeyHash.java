package dev.plinth.engine.internal.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Hashes the key of a row to 64 bits, each of which depends on the whole key.
 *
 * <p>Keys often share 16 bytes and end in a counter, so no bits of the key may be used as they are.
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
        // The last word may overlap the one before, which is cheaper than a loop over the rest.
        hash = mix(hash ^ (long) LONGS.get(key, last));
        // The finalizer of SplitMix64 (Steele, Lea and Flood 2014), because the index goes by the high bits.
        hash = (hash ^ hash >>> 30) * 0xBF58476D1CE4E5B9L;
        hash = (hash ^ hash >>> 27) * 0x94D049BB133111EBL;
        return hash ^ hash >>> 31;
    }

    /**
     * Mixes a word. The low bits of a product do not depend on the high bits of its factors, so they get the product's
     * high half.
     */
    private static long mix(long word) {
        long product = word * GOLDEN_RATIO;
        return product ^ product >>> 32;
    }
}
