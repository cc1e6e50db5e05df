package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.store.log.disk.Disk;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A file of the journal: a header, then frames, then zeros. It is filled with zeros and synced before it is used, so
 * that a flush changes no length and needs no metadata.
 *
 * <p>The header is big-endian, and has 64 bytes. Its number and length expose a file that has replaced another one, or
 * that was cut off between two frames and would look whole.
 * <pre>
 *   magic                             8
 *   version                           4
 *   segment number                    8
 *   first sequence                    8
 *   CRC of the record before          4
 *   bytes of the whole file           4
 *   store                            16
 *   epoch                             8
 *   CRC-32C of the header so far      4
 * </pre>
 *
 * @param store the store to which it belongs
 * @param epoch the reign that began it. If the segment before is of an earlier one, its records from
 *     {@code firstSequence} on do not count
 * @param number counts segments, from 1
 * @param firstSequence the sequence of its first record
 * @param crcBefore the CRC of the record before that
 */
public record Segment(StoreId store, long epoch, long number, long firstSequence, int crcBefore) {
    public static final int HEADER_BYTES = 64;
    public static final String SPARE = "journal-spare.tmp";
    private static final String SPARES = "journal-spare";
    private static final String SHORTER = SPARES + "-shorter.tmp";

    public static final byte[] MAGIC = "PLINTHJL".getBytes(StandardCharsets.US_ASCII);
    public static final int VERSION = 2;
    private static final int STORE_AT = 36;
    public static final int CRC_AT = 60;
    private static final String PREFIX = "journal-";
    private static final String TEMPORARY_SUFFIX = ".tmp";
    private static final int DIGITS = 10;
    private static final int BYTES_PER_SYNC = 4 * 1024 * 1024;
    private static final int ZEROS_BYTES = 1024 * 1024;

    /** Returns the header of a new store's first segment. */
    public static Segment first(StoreId store) {
        return new Segment(store, 1, 1, 1, 0);
    }

    /** Returns the name of a segment's file. */
    public static String name(long number) {
        String digits = Long.toString(number);
        return PREFIX + "0".repeat(Math.max(0, DIGITS - digits.length())) + digits;
    }

    /** Returns the number in a file's name, or 0 if it is no segment. */
    public static long numberOf(String name) {
        boolean segment = name.length() == PREFIX.length() + DIGITS && name.startsWith(PREFIX);
        if (!segment) {
            return 0;
        }
        long number = 0;
        for (int i = PREFIX.length(); i < name.length(); i++) {
            int digit = name.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return 0;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    /** Returns true if a file of this name is the spare of an opening. */
    public static boolean isSpare(String name) {
        return name.startsWith(SPARES) && name.endsWith(TEMPORARY_SUFFIX);
    }

    /** Makes a file of zeros, durable under the spare's name. */
    public static void prepareSpare(Disk disk, int bytes) throws IOException {
        String spare = disk.own(SPARE);
        disk.delete(spare);
        try (Disk.File file = disk.create(spare)) {
            // In pieces, because the sync of another file would wait for everything that is on its way to the disk.
            for (int at = 0; at < bytes; at += BYTES_PER_SYNC) {
                zero(file, at, Math.min(bytes, at + BYTES_PER_SYNC));
                file.sync();
            }
        } catch (IOException e) {
            disk.abandon(spare, e);
            throw e;
        }
        disk.syncNames();
    }

    /** Makes the file of a segment, durable, with nothing but its header. */
    public static void create(Disk disk, Segment segment, int bytes) throws IOException {
        prepareSpare(disk, bytes);
        String name = name(segment.number);
        disk.renameNew(disk.own(SPARE), name);
        disk.syncNames();
        try (Disk.File file = disk.open(name)) {
            file.write(segment.header(bytes), 0);
            file.sync();
        }
    }

    /**
     * Gives back the room behind the end of a segment in which no record will stand, if that is half of it or more. A
     * shorter copy takes the place of the file. So the segments of a process that is killed again and again stay small.
     * A process that does not know of this opening may still write to the file, which is then no file of the store.
     *
     * <p>The names are not synced: after a power cut the file is the one or the other.
     *
     * @param number its number
     * @param end where its last frame ends
     * @throws IOException if the copy could not be made; the file is then as before
     */
    static void shorten(Disk disk, long number, int end) throws IOException {
        String name = name(number);
        String copy = disk.own(SHORTER);
        int bytes = end + Frame.HEADER_BYTES; // for the mark that the next segment is durable
        try (Disk.File file = disk.open(name)) {
            Segment header = readHeader(file, name);
            if (header == null || bytes > file.size() / 2) {
                return;
            }
            try {
                try (Disk.File shorter = disk.create(copy)) {
                    shorter.write(header.header(bytes), 0);
                    copy(file, shorter, HEADER_BYTES, end);
                    zero(shorter, end, bytes);
                    shorter.sync();
                }
                FencedException.requireOurs(disk.isStillOurs());
                disk.rename(copy, name);
            } catch (IOException | RuntimeException | Error e) {
                disk.abandon(copy, e);
                throw e;
            }
        }
    }

    private static void copy(Disk.File from, Disk.File to, int start, int end) throws IOException {
        ByteBuffer part = ByteBuffer.allocate(Math.min(ZEROS_BYTES, end - start));
        for (int at = start; at < end; at += part.capacity()) {
            int length = Math.min(part.capacity(), end - at);
            if (from.read(part.clear().limit(length), at) < length) {
                throw new EOFException("Expected " + length + " bytes at " + at + ", but the file has fewer");
            }
            to.write(part.flip(), at);
        }
    }

    /** Writes zeros over a part of a file. */
    public static void zero(Disk.File file, long from, long to) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate(ZEROS_BYTES);
        for (long at = from; at < to; at += ZEROS_BYTES) {
            zeros.clear().limit((int) Math.min(ZEROS_BYTES, to - at));
            file.write(zeros, at);
        }
    }

    /** Returns the header of a file of this length as bytes. */
    public ByteBuffer header(int fileBytes) {
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES);
        out.put(MAGIC)
                .putInt(VERSION)
                .putLong(number)
                .putLong(firstSequence)
                .putInt(crcBefore)
                .putInt(fileBytes);
        store.put(out).putLong(epoch);
        out.putInt(CRC_AT, Checksum.of(out, 0, CRC_AT));
        return out.position(0);
    }

    /** Reads the header of a segment's file, as {@link #readHeader(ByteBuffer, String, long)} does. */
    public static @Nullable Segment readHeader(Disk.File file, String name) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES);
        int unused = file.read(bytes, 0);
        return readHeader(bytes.flip(), name, file.size());
    }

    /**
     * Reads the header at the start of a segment's bytes.
     *
     * @param segment the file's bytes, or only the first ones
     * @param fileBytes the file's length
     * @return null if there is no whole header: the segment was never begun, or its first flush was torn
     * @throws IllegalStateException if it is of another version, whose header has magic, version and CRC at the same places
     * @throws StoreDamageException if the file cannot be the segment of this name
     */
    public static @Nullable Segment readHeader(ByteBuffer segment, String name, long fileBytes) {
        if (segment.limit() < HEADER_BYTES) {
            throw notWhole(name, "has only " + fileBytes + " bytes");
        }
        ByteBuffer in = segment.duplicate().position(0);
        byte[] magic = new byte[MAGIC.length];
        in.get(magic);
        int version = in.getInt();
        long number = in.getLong();
        long firstSequence = in.getLong();
        int crcBefore = in.getInt();
        int bytes = in.getInt();
        Segment header = new Segment(StoreId.read(in), in.getLong(), number, firstSequence, crcBefore);
        if (!Arrays.equals(magic, MAGIC) || in.getInt() != Checksum.of(segment, 0, CRC_AT)) {
            return null;
        }
        if (version != VERSION) {
            throw new IllegalStateException("Expected journal version " + VERSION + ", but " + name + " is of version "
                    + version + "; open the store with the release that wrote it.");
        }
        if (header.number != numberOf(name)) {
            throw notWhole(name, "says that it is " + name(header.number));
        }
        if (bytes != fileBytes) {
            throw notWhole(name, "has " + fileBytes + " bytes where it was made with " + bytes);
        }
        return header;
    }

    /** Returns the mask of a segment's frames by its first bytes, whether its header is whole or not. */
    static int checksumMask(ByteBuffer header) {
        return header.limit() < HEADER_BYTES
                ? 0
                : StoreId.read(header.duplicate().position(STORE_AT)).checksumMask();
    }

    private static StoreDamageException notWhole(String name, String what) {
        return new StoreDamageException(name + " " + what, name, 0);
    }
}
