package dev.plinth.engine.internal.store;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/**
 * Hashes keys to 64 bits under a secret seed, by SipHash-1-3 (Aumasson and Bernstein 2012).
 *
 * <p>Keys have digests of texts that clients choose. A client that knew the hash could search for texts whose keys
 * crowd one part of a table. The seed is drawn for each new table. It leaves the process only with tables in mapped
 * files, and nothing that is written depends on it.
 *
 * <p>The words of a key are hashed without its length, because all keys of a table have the same length.
 */
final class KeyHash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final SecureRandom SEEDS = new SecureRandom();
    private static final int LAST_ROUNDS = 3;

    private final long high;
    private final long low;

    /** Makes a hash under a seed that is known. */
    KeyHash(long high, long low) {
        this.high = high;
        this.low = low;
    }

    /** Returns a hash under a new secret seed. */
    static KeyHash drawn() {
        return new KeyHash(SEEDS.nextLong(), SEEDS.nextLong());
    }

    /** Saves the seed. */
    void save(DataOutput out) throws IOException {
        out.writeLong(high);
        out.writeLong(low);
    }

    /** Restores a hash that {@link #save} wrote. */
    static KeyHash restore(DataInput in) throws IOException {
        return new KeyHash(in.readLong(), in.readLong());
    }

    /** Returns the hash of a key of {@link TableShape#MIN_KEY_BYTES} to {@link TableShape#MAX_KEY_BYTES} bytes. */
    long of(byte[] key) {
        int last = key.length - Long.BYTES;
        return of(
                word(key, 0, last),
                word(key, 1, last),
                word(key, 2, last),
                word(key, 3, last),
                word(key, 4, last),
                (key.length + Long.BYTES - 1) >>> 3);
    }

    /** Returns a word of a key. The last one may overlap the one before, which is cheaper than a loop over the rest. */
    private static long word(byte[] key, int number, int last) {
        return (long) LONGS.get(key, Math.min(number << 3, last));
    }

    /** Returns the hash of a key of three words. */
    long of(long a, long b, long c) {
        return of(a, b, c, 0, 0, 3);
    }

    private long of(long a, long b, long c, long d, long e, int words) {
        long v0 = high ^ 0x736f6d6570736575L;
        long v1 = low ^ 0x646f72616e646f6dL;
        long v2 = high ^ 0x6c7967656e657261L;
        long v3 = low ^ 0x7465646279746573L;
        for (int i = 0; i < words + LAST_ROUNDS; i++) {
            long word = 0;
            if (i < words) {
                word = i == 0 ? a : i == 1 ? b : i == 2 ? c : i == 3 ? d : e;
            } else if (i == words) {
                v2 ^= 0xff;
            }
            v3 ^= word;
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32) + v3;
            v2 += v1;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
            v0 ^= word;
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
