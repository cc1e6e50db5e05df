package dev.plinth.engine.internal.store.log.upgrade;

import dev.plinth.engine.internal.store.log.Checksum;
import dev.plinth.engine.internal.store.log.JournalState;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.Snapshot;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.internal.store.log.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The format of a store's files, which their magic and version tell before anything else in them is read.
 *
 * <table>
 *   <caption>Formats that have landed</caption>
 *   <tr><th>format</th><th>segments</th><th>snapshots</th><th>marker of the journal's state</th></tr>
 *   <tr><td>1</td><td>version 1, CRC at byte 36</td><td>version 1, CRC at byte 48</td><td>none</td></tr>
 *   <tr><td>2</td><td>version 2, CRC at byte 60</td><td>version 1, CRC at byte 64</td><td>version 1</td></tr>
 * </table>
 *
 * <p>The versions of rows count within a format: those of format 2 began again at 1. Format 1 opens only after {@code
 * plinth.jar upgrade}.
 */
public final class StoreFormat {
    public static final int OLD = 1;
    public static final int CURRENT = 2;

    private static final int VERSION_AT = 8;
    private static final int DAMAGED = 0;

    private StoreFormat() {}

    /**
     * Refuses a directory with files of another format. A file with a damaged header passes, because its reader names
     * the damage.
     *
     * @throws IllegalStateException that names the file, its version and the next step
     */
    public static void requireCurrent(Disk disk, StoreNames names) throws IOException {
        for (long number : names.segments()) {
            require(disk, Segment.name(number), Header.SEGMENT);
        }
        for (long sequence : names.snapshots()) {
            require(disk, Snapshot.name(sequence), Header.SNAPSHOT);
        }
        if (disk.names().contains(JournalState.NAME)) {
            require(disk, JournalState.NAME, Header.STATE);
        }
    }

    /** Returns true if any segment or snapshot is of format 1. */
    public static boolean isOld(Disk disk, StoreNames names) throws IOException {
        for (long number : names.segments()) {
            if (isOldSegment(disk, Segment.name(number))) {
                return true;
            }
        }
        for (long sequence : names.snapshots()) {
            if (isOldSnapshot(disk, Snapshot.name(sequence))) {
                return true;
            }
        }
        return false;
    }

    /** Shows the files of format 1 as those of this release, for reading only and with their rows as they are. */
    public static Disk shown(Disk old) {
        return new Format1Disk(old);
    }

    static boolean isOldSegment(Disk disk, String name) throws IOException {
        return format(head(disk, name), Header.SEGMENT) == OLD;
    }

    static boolean isOldSnapshot(Disk disk, String name) throws IOException {
        return format(head(disk, name), Header.SNAPSHOT) == OLD;
    }

    static boolean isCurrentSegment(Disk disk, String name) throws IOException {
        return format(head(disk, name), Header.SEGMENT) == CURRENT;
    }

    static boolean isCurrentSnapshot(Disk disk, String name) throws IOException {
        return format(head(disk, name), Header.SNAPSHOT) == CURRENT;
    }

    private static void require(Disk disk, String name, Header header) throws IOException {
        ByteBuffer head = head(disk, name);
        int format = format(head, header);
        if (format == OLD) {
            throw new IllegalStateException(
                    name + " is of version " + head.getInt(VERSION_AT) + " in store format " + OLD
                            + ", and this release reads format " + CURRENT
                            + "; nothing was changed. Stop the old release, then run plinth.jar upgrade DIR.");
        }
        if (format > CURRENT) {
            throw new IllegalStateException(name + " is of version " + head.getInt(VERSION_AT)
                    + ", and this release reads version " + header.version
                    + "; nothing was changed. Open the directory with the release that wrote it.");
        }
    }

    private static ByteBuffer head(Disk disk, String name) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(Snapshot.HEADER_BYTES);
        try (Disk.File file = disk.open(name)) {
            int unused = file.read(head, 0);
        }
        return head.flip();
    }

    /**
     * Returns the format of a file by its first bytes. It is 0 if the header is damaged, and higher than that of this
     * release if the format is unknown.
     */
    private static int format(ByteBuffer head, Header header) {
        if (head.limit() < VERSION_AT + Integer.BYTES
                || !head.slice(0, VERSION_AT).equals(header.magic)) {
            return DAMAGED;
        }
        if (header.isWhole(head, header.crcAt)) {
            return head.getInt(VERSION_AT) == header.version ? CURRENT : CURRENT + 1;
        }
        if (header.oldCrcAt > 0 && head.getInt(VERSION_AT) == OLD && header.isWhole(head, header.oldCrcAt)) {
            return OLD;
        }
        if (head.getInt(VERSION_AT) == header.version) {
            return DAMAGED;
        }
        // A header that is whole with the version of this release has a flipped bit in its version.
        ByteBuffer repaired = ByteBuffer.allocate(head.limit()).put(0, head, 0, head.limit());
        repaired.putInt(VERSION_AT, header.version);
        return header.isWhole(repaired, header.crcAt) ? DAMAGED : CURRENT + 1;
    }

    /** The kinds of files with a version. */
    private enum Header {
        SEGMENT(Segment.MAGIC, Segment.VERSION, Segment.CRC_AT, 36),
        SNAPSHOT(Snapshot.MAGIC, Snapshot.VERSION, Snapshot.HEADER_BYTES - Integer.BYTES, 48),
        STATE(JournalState.MAGIC, JournalState.VERSION, 0, 0);

        private final ByteBuffer magic;
        private final int version;
        private final int crcAt;
        private final int oldCrcAt;

        /**
         * @param crcAt where the checksum of the header is; 0 if the file alone tells
         * @param oldCrcAt where it is in format 1; 0 if that format has no such file
         */
        Header(byte[] magic, int version, int crcAt, int oldCrcAt) {
            this.magic = ByteBuffer.wrap(magic);
            this.version = version;
            this.crcAt = crcAt;
            this.oldCrcAt = oldCrcAt;
        }

        private boolean isWhole(ByteBuffer head, int at) {
            return at > 0 && head.limit() >= at + Integer.BYTES && head.getInt(at) == Checksum.of(head, 0, at);
        }
    }
}
