package dev.plinth.engine.internal.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How the last reign has left the journal, in a file beside it: whether it was closed and where it ended then, or else the boot of
 * the machine. So what is missing at its end is told from what a crash may leave: nothing, if it was closed; what one write that was cut
 * off leaves, if the machine was not started again; and anything else only after a power cut.
 *
 * <p>A file that is not there, or not whole, says nothing. It is written in place: one sector is there, or not.
 *
 * <p>Big-endian: magic 8, version 4, store 16, closed 1, sequence 8, CRC of that record 4, segment 8, position 4, length of the boot 1,
 * boot, CRC-32C of those 4.
 *
 * @param boot the boot in which it was opened; empty if that says nothing
 * @param closed true if it was closed behind this record
 * @param position where in the segment it ended
 */
record JournalState(
        StoreId store, String boot, boolean closed, long sequence, int crc, long segmentNumber, int position) {
    static final String NAME = "journal-state";

    private static final byte[] MAGIC = "PLINTHJS".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int BOOT_BYTES_MAX = 100;
    private static final int BYTES_MAX = 512;

    /** Of a journal that is open from now on. */
    static JournalState open(StoreId store, String boot) {
        return new JournalState(store, boot, false, 0, 0, 0, 0);
    }

    /** Of a journal of which nothing is known. */
    static JournalState unknown(StoreId store) {
        return open(store, "");
    }

    /** Of a journal that ends where a reader has found its end. */
    static JournalState closed(StoreId store, JournalReader.Tail tail) {
        return new JournalState(store, "", true, tail.sequence(), tail.crc(), tail.segmentNumber(), tail.position());
    }

    /** What the file says; null if nothing. */
    static @Nullable JournalState read(Disk disk) throws IOException {
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
     * Writes the file, making it if it is not there.
     *
     * @param durable true to wait until it survives a power cut
     */
    void write(Disk disk, boolean durable) throws IOException {
        byte[] bootBytes = boot.substring(0, Math.min(boot.length(), BOOT_BYTES_MAX)).getBytes(StandardCharsets.US_ASCII);
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

    /** True if the journal ends exactly where it was closed, and nothing is behind. */
    boolean isClosedAt(JournalReader.Tail tail) {
        return closed
                && sequence == tail.sequence()
                && crc == tail.crc()
                && segmentNumber == tail.segmentNumber()
                && position == tail.position()
                && tail.headless() == 0
                && tail.tornTo() == tail.tornFrom();
    }

    /**
     * Why a journal that ends there is not as the last reign has left it.
     *
     * @return null if it may be
     */
    @Nullable
    StoreDamage damage(Disk disk, JournalReader.Tail tail) throws IOException {
        if (closed && tail.sequence() < sequence) {
            String name = Segment.name(Math.max(1, tail.segmentNumber()));
            return new StoreDamage(
                    "record " + (tail.sequence() + 1) + " in " + name + " at byte " + tail.tornFrom()
                            + " is missing: the store was closed behind record " + sequence,
                    name,
                    tail.tornFrom());
        }
        if (closed || boot.isEmpty() || !boot.equals(disk.boot())) {
            return null;
        }
        TornEnd torn = TornEnd.of(disk, tail);
        return torn == null || torn.isCutWrite(disk)
                ? null
                : new StoreDamage(
                        "record " + (tail.sequence() + 1) + " in " + torn.segment() + " at byte " + torn.from()
                                + " is damaged: since it was written the machine was not started again, and so no power cut has"
                                + " left that",
                        torn.segment(),
                        torn.from());
    }
}
