package dev.plinth.engine.internal.store;

import dev.plinth.engine.api.Durability;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The files of a store. Immutable.
 *
 * @param directory the directory
 * @param durability FSYNC or OS
 * @param segmentBytes length of a journal segment
 * @param bytesPerSnapshot bytes of journal after which a snapshot is made, or more if the last one is large
 * @param quick where a clean close leaves the tables; null for none
 */
public record StoreFiles(
        Path directory,
        Durability durability,
        int segmentBytes,
        long bytesPerSnapshot,
        @Nullable QuickFiles quick) {
    public static final int SEGMENT_BYTES = 64 * 1024 * 1024;
    private static final long BYTES_PER_SNAPSHOT = 256L * 1024 * 1024;

    /** Makes files whose store leaves no tables. */
    public StoreFiles(Path directory, Durability durability, int segmentBytes, long bytesPerSnapshot) {
        this(directory, durability, segmentBytes, bytesPerSnapshot, null);
    }

    /** Returns files of the usual sizes. */
    public static StoreFiles in(Path directory, Durability durability) {
        return new StoreFiles(directory, durability, SEGMENT_BYTES, BYTES_PER_SNAPSHOT);
    }

    /** Returns the same files with tables that a clean close leaves for the next start. */
    public StoreFiles leaving(QuickFiles files) {
        return new StoreFiles(directory, durability, segmentBytes, bytesPerSnapshot, files);
    }
}
