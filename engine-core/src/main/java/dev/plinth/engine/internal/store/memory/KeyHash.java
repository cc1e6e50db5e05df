package dev.plinth.engine.internal.store.memory;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/**
 * Hashes keys to 64 bits under a secret seed. Two keys have the same hash with a chance of 2⁻⁶⁴. The hash is
 * Multilinear-HM (Lemire and Kaser, "Strongly universal string hashing is fast", 2014).
 *
 * <p>Keys have digests of texts that clients choose. A client that knew the hash could search for texts whose keys
 * crowd one part of a table. The seed is drawn for each new table, and no client sees a hash. It leaves the process
 * only with tables in mapped files, and nothing that is written depends on it.
 *
 * <p>The words of a key are hashed without its length, because all keys of a table have the same length.
 */
final class KeyHash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final SecureRandom SEEDS = new SecureRandom();

    /** Words of the seed for one half of the hash: one, and two for each word of a key. */
    private static final int HALF = 1 + 2 * (TableShape.MAX_KEY_BYTES / Long.BYTES);

    private static final long HIGH_HALF = 0xffff_ffff_0000_0000L;
    private static final long LOW_HALF = 0xffff_ffffL;

    private final long[] seed;

    private KeyHash(long[] seed) {
        this.seed = seed;
    }

    /** Returns a hash under a new secret seed. */
    static KeyHash drawn() {
        long[] seed = new long[2 * HALF];
        for (int i = 0; i < seed.length; i++) {
            seed[i] = SEEDS.nextLong();
        }
        return new KeyHash(seed);
    }

    /** Saves the seed. */
    void save(DataOutput out) throws IOException {
        for (long word : seed) {
            out.writeLong(word);
        }
    }

    /** Restores a hash that {@link #save} wrote. */
    static KeyHash restore(DataInput in) throws IOException {
        long[] seed = new long[2 * HALF];
        for (int i = 0; i < seed.length; i++) {
            seed[i] = in.readLong();
        }
        return new KeyHash(seed);
    }

    /** Returns the hash of a key of {@link TableShape#MIN_KEY_BYTES} to {@link TableShape#MAX_KEY_BYTES} bytes. */
    long of(byte[] key) {
        int last = key.length - Long.BYTES;
        long high = seed[0];
        long low = seed[HALF];
        int number = 0;
        for (int at = 0; at < last; at += Long.BYTES) {
            long word = (long) LONGS.get(key, at);
            high += product(number, word);
            low += product(HALF + number, word);
            number += 2;
        }
        // The last word may overlap the one before, which is cheaper than a loop over the rest.
        long word = (long) LONGS.get(key, last);
        return mixed(high + product(number, word), low + product(HALF + number, word));
    }

    /** Returns the hash of a key of three words. */
    long of(long a, long b, long c) {
        long high = seed[0] + product(0, a) + product(2, b) + product(4, c);
        long low = seed[HALF] + product(HALF, a) + product(HALF + 2, b) + product(HALF + 4, c);
        return mixed(high, low);
    }

    private long product(int at, long word) {
        return (seed[at + 1] + (word & LOW_HALF)) * (seed[at + 2] + (word >>> Integer.SIZE));
    }

    /**
     * Joins the upper halves of two sums, which are the hash. It then mixes them one to one, because the sums of
     * successive numbers are evenly spaced, and tables probe the places behind a taken one.
     */
    private static long mixed(long high, long low) {
        long hash = high & HIGH_HALF | low >>> Integer.SIZE;
        hash = (hash ^ hash >>> Integer.SIZE) * 0xd6e8feb86659fd93L;
        return hash ^ hash >>> Integer.SIZE;
    }
}
