package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.log.Checksum;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.internal.store.memory.StoreTables;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The time up to which a store believed its clock, while it does not believe it now. It is there from the moment a jump
 * is seen until the jump has lasted. So a start during the jump knows that the times of the last records may be wrong.
 *
 * <p>Over a shared log it is a row, which the next record of the reign carries. So every node has it that has a record with
 * a time that may be wrong.
 *
 * <p>In a directory it is a file of one sector, written in place. A store without the file believed its clock. Layout,
 * big-endian:
 * <pre>
 *   magic                       8
 *   version                     4
 *   epoch milliseconds          8
 *   CRC-32C of those            4
 * </pre>
 *
 * <p>An opening that has lost the directory to a later one leaves the file alone. For one thread, but for {@link
 * #unwritten} and {@link #written}.
 */
final class ClockNote {
    static final String NAME = "clock-state";

    private static final System.Logger LOG = Log.of(ClockNote.class);
    private static final byte[] MAGIC = "PLINTHCS".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int CHECKED_BYTES = MAGIC.length + 4 + 8;

    private static final byte[] ROW_KEY = "clock believed  ".getBytes(StandardCharsets.US_ASCII);
    private static final int ROW_VERSION = 1;

    private final @Nullable Disk disk;
    private final @Nullable StoreTables tables;
    /** The change of the row that no record has yet; null if there is none. */
    private final AtomicReference<Changes.@Nullable Write> unwritten = new AtomicReference<>();

    private long believed;

    /**
     * Reads the note of a store.
     *
     * @param disk its directory; null if it has none, and then nothing is noted
     */
    ClockNote(@Nullable Disk disk) {
        this.disk = disk;
        this.tables = null;
        this.believed = disk == null ? Long.MAX_VALUE : read(disk);
    }

    /**
     * Reads the note of a reign over a shared log.
     *
     * @param tables have all records before the reign; nothing is noted if there are no settings among them
     */
    ClockNote(StoreTables tables) {
        this.disk = null;
        this.tables = tables.has(TableName.SETTINGS) ? tables : null;
        byte[] row = this.tables == null ? null : tables.get(TableName.SETTINGS, ROW_KEY);
        this.believed = row == null ? Long.MAX_VALUE : new RowReader(row, ROW_VERSION).number();
    }

    /** Returns the time up to which the clock was believed, in epoch milliseconds; {@code Long.MAX_VALUE} without a note. */
    long believedMillis() {
        return believed;
    }

    /** Notes a time: durable in a directory, and with the next record over a shared log. */
    void write(long millis) {
        believed = millis;
        if (tables != null) {
            byte[] row = new RowWriter(ROW_VERSION).number(millis).row();
            unwritten.set(new Changes.Write(TableName.SETTINGS, ROW_KEY, row));
        }
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
        if (tables != null) {
            unwritten.set(new Changes.Write(TableName.SETTINGS, ROW_KEY, null));
        }
        if (disk == null || !disk.isStillOurs()) {
            return;
        }
        try {
            disk.delete(NAME);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.INFO, "Could not delete " + NAME + "; rows expire some hours later.", e);
        }
    }

    /** Returns what the next record has to write, or null for nothing. Called by the writer. */
    Changes.@Nullable Write unwritten() {
        Changes.Write next = unwritten.get();
        if (next == null || tables == null || next.row() != null || tables.get(next.table(), next.key()) != null) {
            return next;
        }
        written(next); // the row was never written
        return null;
    }

    /** Tells that a record has written this. Called by the writer. */
    void written(Changes.Write write) {
        boolean unused = unwritten.compareAndSet(write, null);
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
