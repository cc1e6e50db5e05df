package dev.plinth.engine.internal.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The id of a store: made at random with it, and written to every file that has rows. A backup has the id of its store.
 *
 * @param high the first 8 bytes
 * @param low the others
 */
record StoreId(long high, long low) {
    static final int BYTES = 16;

    /** Makes an id that no other store has. */
    static StoreId random() {
        SecureRandom random = new SecureRandom();
        return new StoreId(random.nextLong(), random.nextLong());
    }

    /** Reads the id at the position of a buffer. */
    static StoreId read(ByteBuffer in) {
        return new StoreId(in.getLong(), in.getLong());
    }

    /** Writes the id at the position of a buffer. */
    ByteBuffer put(ByteBuffer out) {
        return out.putLong(high).putLong(low);
    }

    /**
     * Returns the id in most of these segments, or in the newest snapshot if there is no segment.
     *
     * @return null if no header can be read, as in a new store
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
        } catch (StoreDamageException | IllegalStateException unreadable) {
            return null; // the reader of the file names its damage
        }
    }

    /** Returns the id as 32 hexadecimal digits. */
    @Override
    public String toString() {
        return String.format("%016x%016x", high, low);
    }
}
