package dev.plinth.engine.internal.store.log;

import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * The id of a store: made at random with it, and written to every file that has rows. A backup has the id of its store.
 *
 * @param high the first 8 bytes
 * @param low the others
 */
public record StoreId(long high, long low) {
    public static final int BYTES = 16;

    /** Makes an id that no other store has. */
    public static StoreId random() {
        SecureRandom random = new SecureRandom();
        return new StoreId(random.nextLong(), random.nextLong());
    }

    /** Reads the id at the position of a buffer. */
    public static StoreId read(ByteBuffer in) {
        return new StoreId(in.getLong(), in.getLong());
    }

    /**
     * Returns the mask of the checksums of this store's frames. A row may hold the bytes of a frame, but its writer does
     * not know the mask.
     */
    int checksumMask() {
        return Long.hashCode(high ^ Long.rotateLeft(low, 17));
    }

    /** Writes the id at the position of a buffer. */
    ByteBuffer put(ByteBuffer out) {
        return out.putLong(high).putLong(low);
    }

    /** Returns the id as 32 hexadecimal digits. */
    @Override
    public String toString() {
        return String.format("%016x%016x", high, low);
    }
}
