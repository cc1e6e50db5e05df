package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.store.log.Checksum;
import dev.plinth.engine.internal.store.log.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The time up to which a store believed its clock, while it does not believe it now. It is there from the moment a jump
 * is seen until the jump has lasted. So a start during the jump knows that the times of the last records may be wrong.
 *
 * <p>It is a file of one sector, written in place. A store without the file believed its clock. Layout, big-endian:
 * <pre>
 *   magic                       8
 *   version                     4
 *   epoch milliseconds          8
 *   CRC-32C of those            4
 * </pre>
 *
 * <p>An opening that has lost the directory to a later one leaves the file alone. For one thread.
 */
final class ClockNote {
    static final String NAME = "clock-state";

    private static final System.Logger LOG = Log.of(ClockNote.class);
    private static final byte[] MAGIC = "PLINTHCS".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int CHECKED_BYTES = MAGIC.length + 4 + 8;

    private final @Nullable Disk disk;
    private long believed;

    /**
     * Reads the note of a store.
     *
     * @param disk its directory; null if it has none, and then nothing is noted
     */
    ClockNote(@Nullable Disk disk) {
        this.disk = disk;
        this.believed = disk == null ? Long.MAX_VALUE : read(disk);
    }

    /** Returns the time up to which the clock was believed, in epoch milliseconds; {@code Long.MAX_VALUE} without a note. */
    long believedMillis() {
        return believed;
    }

    /** Notes a time, durable. */
    void write(long millis) {
        believed = millis;
        if (disk == null || !disk.isStillOurs()) {
            return;
        }
        ByteBuffer out = ByteBuffer.allocate(CHECKED_BYTES + 4)
                .put(MAGIC)
                .putInt(VERSION)
                .putLong(millis);
        out.putInt(Checksum.of(out, 0, CHECKED_BYTES)).flip();
        try {
            try (Disk.File file = disk.names().contains(NAME) ? disk.open(NAME) : disk.create(NAME)) {
                file.write(out, 0);
                file.sync();
            }
            disk.syncNames();
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Could not note that the clock is not believed. A start while it is wrong may let remembered answers"
                            + " expire too early. Check the disk and the clock.",
                    e);
        }
    }

    /** Takes the note back, because the clock is believed. */
    void clear() {
        believed = Long.MAX_VALUE;
        if (disk == null || !disk.isStillOurs()) {
            return;
        }
        try {
            disk.delete(NAME);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.INFO, "Could not delete " + NAME + "; rows expire some hours later.", e);
        }
    }

    private static long read(Disk disk) {
        try {
            if (!disk.names().contains(NAME)) {
                return Long.MAX_VALUE;
            }
            ByteBuffer in = ByteBuffer.allocate(CHECKED_BYTES + 4);
            try (Disk.File file = disk.open(NAME)) {
                int unused = file.read(in, 0);
            }
            byte[] magic = new byte[MAGIC.length];
            in.flip();
            if (in.limit() < CHECKED_BYTES + 4 || in.getInt(CHECKED_BYTES) != Checksum.of(in, 0, CHECKED_BYTES)) {
                return Long.MAX_VALUE; // cut off while it was made, before any record had a time after the jump
            }
            in.get(magic);
            return Arrays.equals(magic, MAGIC) && in.getInt() == VERSION ? in.getLong() : Long.MAX_VALUE;
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Expected to read " + NAME + ", but the disk failed: " + e.getMessage()
                            + "; check it, then start again.",
                    e);
        }
    }
}
