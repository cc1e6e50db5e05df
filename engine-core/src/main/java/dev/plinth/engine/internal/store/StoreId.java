package dev.plinth.engine.internal.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What tells one store from every other: made with it, by chance, and in every file that holds rows. A backup has the id of its store.
 *
 * @param high the first 8 bytes
 * @param low the others
 */
record StoreId(long high, long low) {
    static final int BYTES = 16;

    /** An id that no other store has. */
    static StoreId random() {
        SecureRandom random = new SecureRandom();
        return new StoreId(random.nextLong(), random.nextLong());
    }

    /** The id at the position of a buffer. */
    static StoreId read(ByteBuffer in) {
        return new StoreId(in.getLong(), in.getLong());
    }

    /** Puts the id at the position of a buffer, which is behind it then. */
    ByteBuffer put(ByteBuffer out) {
        return out.putLong(high).putLong(low);
    }

    /**
     * The id of the store that has these files: that of most segments, or of the newest snapshot where there is none.
     *
     * @return null if no file that can be read names one, as in a new store
     */
    static @Nullable StoreId of(Disk disk, StoreNames names) throws IOException {
        Map<StoreId, Integer> votes = new HashMap<>();
        StoreId most = null;
        for (long number : names.segments()) {
            StoreId id = inSegment(disk, Segment.name(number));
            if (id != null && votes.merge(id, 1, Integer::sum) > votes.getOrDefault(most, 0)) {
                most = id;
            }
        }
        for (int i = 0; i < names.snapshots().size() && most == null; i++) {
            most = Snapshot.storeIn(disk, Snapshot.name(names.snapshots().get(i)));
        }
        return most;
    }

    private static @Nullable StoreId inSegment(Disk disk, String name) throws IOException {
        try (Disk.File file = disk.open(name)) {
            Segment header = Segment.readHeader(file, name);
            return header == null ? null : header.store();
        } catch (StoreDamage | IllegalStateException unreadable) {
            return null; // who needs it says what is wrong with it
        }
    }

    /** 32 hexadecimal digits. */
    @Override
    public String toString() {
        return String.format("%016x%016x", high, low);
    }
}
