package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.store.log.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The state in which the last reign has left the journal. It has the end at which the reign closed the journal, or else
 * the boot of the machine in which it opened it. So it distinguishes damage at the journal's end from the remains of a
 * crash.
 *
 * <table>
 *   <caption>What may be missing</caption>
 *   <tr><th>last reign</th><th>may be missing</th></tr>
 *   <tr><td>closed the journal</td><td>nothing</td></tr>
 *   <tr><td>opened it in this boot</td><td>the end of one write, which the death of the process cut off</td></tr>
 *   <tr><td>anything else</td><td>what a power cut takes</td></tr>
 * </table>
 *
 * <p>It is a file of one sector beside the segments, written in place. A missing or incomplete file means that the
 * state is unknown.
 *
 * <p>Layout, big-endian:
 * <pre>
 *   magic                       8
 *   version                     4
 *   store                      16
 *   closed                      1
 *   sequence                    8
 *   CRC of that record          4
 *   segment                     8
 *   position                    4
 *   length of the boot          1
 *   boot
 *   CRC-32C of those            4
 * </pre>
 *
 * @param boot the boot in which it was opened; empty if unknown
 * @param closed true if it was closed after this record
 * @param position where in the segment it ended
 */
public record JournalState(
        StoreId store, String boot, boolean closed, long sequence, int crc, long segmentNumber, int position) {
    public static final String NAME = "journal-state";

    private static final System.Logger LOG = Log.of(JournalState.class);

    public static final byte[] MAGIC = "PLINTHJS".getBytes(StandardCharsets.US_ASCII);
    public static final int VERSION = 1;
    private static final int BOOT_BYTES_MAX = 100;
    private static final int BYTES_MAX = 512;
    private static final int LOOKS_MAX = 20;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    public static JournalState open(StoreId store, String boot) {
        return new JournalState(store, boot, false, 0, 0, 0, 0);
    }

    /** Returns the state of a journal about which nothing is known. */
    public static JournalState unknown(StoreId store) {
        return open(store, "");
    }

    /** Returns the state of a journal that is closed at the end that a reader has found. */
    public static JournalState closed(StoreId store, JournalReader.Tail tail) {
        return new JournalState(store, "", true, tail.sequence(), tail.crc(), tail.segmentNumber(), tail.position());
    }

    /** Reads the file, or returns null if it says nothing. */
    public static @Nullable JournalState read(Disk disk) throws IOException {
        if (!disk.names().contains(NAME)) {
            return null;
        }
        ByteBuffer in = ByteBuffer.allocate(BYTES_MAX);
        try (Disk.File file = disk.open(NAME)) {
            int unused = file.read(in, 0);
        }
        in.flip();
        byte[] magic = new byte[MAGIC.length];
        int fixed = MAGIC.length + 4 + StoreId.BYTES + 1 + 8 + 4 + 8 + 4 + 1;
        int boot = in.limit() < fixed ? BYTES_MAX : in.get(fixed - 1);
        int end = fixed + boot;
        if (boot < 0 || in.limit() < end + 4 || in.getInt(end) != Checksum.of(in, 0, end)) {
            return null;
        }
        in.get(magic);
        if (!Arrays.equals(magic, MAGIC) || in.getInt() != VERSION) {
            return null;
        }
        return new JournalState(
                StoreId.read(in),
                new String(in.array(), fixed, boot, StandardCharsets.US_ASCII),
                in.get() == 1,
                in.getLong(),
                in.getInt(),
                in.getLong(),
                in.getInt());
    }

    /**
     * Writes the file, and makes it if it does not exist.
     *
     * @param durable true to wait until it survives a power cut
     */
    public void write(Disk disk, boolean durable) throws IOException {
        byte[] bootBytes =
                boot.substring(0, Math.min(boot.length(), BOOT_BYTES_MAX)).getBytes(StandardCharsets.US_ASCII);
        ByteBuffer out = ByteBuffer.allocate(BYTES_MAX);
        store.put(out.put(MAGIC).putInt(VERSION)).put((byte) (closed ? 1 : 0));
        out.putLong(sequence).putInt(crc).putLong(segmentNumber).putInt(position);
        out.put((byte) bootBytes.length).put(bootBytes);
        out.putInt(Checksum.of(out, 0, out.position()));
        try (Disk.File file = disk.names().contains(NAME) ? disk.open(NAME) : disk.create(NAME)) {
            file.write(out.flip(), 0);
            if (durable) {
                file.sync();
            }
        }
        if (durable) {
            disk.syncNames();
        }
    }

    /**
     * Records, if possible, that the page cache may not have everything that was written. After an error of the disk it
     * may not.
     */
    static void forget(Disk disk, StoreId store) {
        try {
            unknown(store).write(disk, false);
        } catch (IOException | RuntimeException | Error e) {
            LOG.log(System.Logger.Level.DEBUG, "Could not record that the disk has failed", e);
        }
    }

    /** Returns true if the journal ends exactly where it was closed, with nothing after it. */
    public boolean isClosedAt(JournalReader.Tail tail) {
        return closed
                && sequence == tail.sequence()
                && crc == tail.crc()
                && segmentNumber == tail.segmentNumber()
                && position == tail.position()
                && tail.headless() == 0
                && tail.tornTo() == tail.tornFrom();
    }

    /**
     * Returns why the last reign cannot have left a journal that ends there.
     *
     * @return null if it can have left it
     */
    @Nullable
    public StoreDamageException damage(Disk disk, JournalReader.Tail tail) throws IOException {
        if (closed && tail.sequence() < sequence) {
            String name = Segment.name(Math.max(1, tail.segmentNumber()));
            return new StoreDamageException(
                    "record " + (tail.sequence() + 1) + " in " + name + " at byte " + tail.tornFrom()
                            + " is missing, since the store was closed behind record " + sequence,
                    name,
                    tail.tornFrom());
        }
        if (closed || boot.isEmpty() || !boot.equals(disk.boot())) {
            return null;
        }
        TornTail torn = TornTail.of(disk, tail);
        // An engine may be writing the frame to files that are not ours. Then the frame is whole a moment later.
        int looksMax = disk.isOurs() ? 1 : LOOKS_MAX;
        for (int looks = 1; torn != null && !torn.isCutWrite(disk); looks++) {
            if (looks == looksMax) {
                return new StoreDamageException(
                        "record " + (tail.sequence() + 1) + " in " + torn.segment() + " at byte " + torn.from()
                                + " is damaged, since the machine was not started again and no power cut has left that",
                        torn.segment(),
                        torn.from());
            }
            LockSupport.parkNanos(LOOK_NANOS);
            torn = TornTail.of(disk, tail);
        }
        return null;
    }
}
