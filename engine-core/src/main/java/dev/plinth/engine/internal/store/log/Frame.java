package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.base.Limits;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The records of one flush under one checksum, so that they are there together or not at all.
 *
 * <p>At level FSYNC a frame is written only after the one before it is durable, and a flag says so. Therefore a broken
 * frame before a whole one with the flag is damage and not a torn tail. Without the flag it may be either. A frame
 * without records only has the flag. It follows the last frame while nothing is written, and the next frame takes its
 * place. The frame that ends a segment says that another one follows. So a journal without its last segment is not
 * taken for a shorter one.
 *
 * <p>Layout, big-endian:
 * <pre>
 *   bytes of the whole frame              4
 *   CRC-32C of all that follows           4   in a segment with the mask of its store
 *   first sequence                        8
 *   count                                 4
 *   flags                                 1   1: all before is durable, 2: another segment follows
 *   for each record: length               4
 *                    bytes
 * </pre>
 * A length of 0 is the end of the written part, because segments are filled with zeros.
 *
 * @param firstSequence the sequence of the first record, or of the next record if the frame has none
 * @param synced true if everything before it was durable when it was written
 * @param followed true if the segment ends here and the next one is durable
 * @param records the records as the codec wrote them
 * @param bytes length of the whole frame
 */
public record Frame(long firstSequence, boolean synced, boolean followed, List<byte[]> records, int bytes) {
    public static final int HEADER_BYTES = 21;
    public static final int BYTES_MAX = Limits.FRAME_BYTES_MAX;

    private static final int CRC_AT = 4;
    private static final int COVERED_FROM = 8;
    private static final int SYNCED = 1;
    private static final int FOLLOWED = 2;

    /** Returns the bytes that a record adds to a frame. */
    static int bytesOf(byte[] record) {
        return 4 + record.length;
    }

    /** Returns true if a frame may have this length with so many bytes left. */
    static boolean isLength(int size, long left) {
        return size >= HEADER_BYTES && size <= BYTES_MAX && size <= left;
    }

    /**
     * Returns true if it is worth reading a possible frame of this record or a later one. Most bytes do not begin a
     * frame, and a CRC takes long.
     */
    static boolean mayBegin(ByteBuffer head, long sequence, long left) {
        int size = head.getInt(0);
        int count = head.getInt(16);
        byte flags = head.get(20);
        return isLength(size, left)
                && head.getLong(8) >= sequence
                && count >= 0
                && count <= size / 4
                && flags >= 0
                && flags <= (SYNCED | FOLLOWED);
    }

    /**
     * Encodes a frame.
     *
     * @param room an empty buffer with room for the frame; from a buffer outside the heap a disk takes it without
     *     another copy
     */
    static ByteBuffer encode(ByteBuffer room, long firstSequence, boolean synced, List<byte[]> records) {
        return encodeInto(room, firstSequence, synced ? SYNCED : 0, records);
    }

    /** Encodes the empty frame after the last one. Only to be written once the last one is durable. */
    public static ByteBuffer encodeTrailer(long nextSequence) {
        return encode(nextSequence, SYNCED, List.of(), 0);
    }

    /** Encodes the frame that ends a segment. Only to be written once the next segment is durable. */
    public static ByteBuffer encodeEnd(long firstSequence) {
        return encode(firstSequence, SYNCED | FOLLOWED, List.of(), 0);
    }

    /** Puts the mask of a store on the checksum of an encoded frame, which it then needs to be read. */
    public static ByteBuffer masked(ByteBuffer frame, StoreId store) {
        return frame.putInt(CRC_AT, frame.getInt(CRC_AT) ^ store.checksumMask());
    }

    /** Returns the bytes from which this frame was read, without a mask. */
    public ByteBuffer encoded() {
        return encode(firstSequence, (synced ? SYNCED : 0) | (followed ? FOLLOWED : 0), records, bytes - HEADER_BYTES);
    }

    private static ByteBuffer encode(long firstSequence, int flags, List<byte[]> records, int recordBytes) {
        return encodeInto(ByteBuffer.allocate(HEADER_BYTES + recordBytes), firstSequence, flags, records);
    }

    private static ByteBuffer encodeInto(ByteBuffer out, long firstSequence, int flags, List<byte[]> records) {
        out.putInt(0).putInt(0).putLong(firstSequence).putInt(records.size()).put((byte) flags);
        for (byte[] record : records) {
            out.putInt(record.length).put(record);
        }
        int size = out.position();
        out.putInt(0, size).putInt(CRC_AT, Checksum.of(out, COVERED_FROM, size - COVERED_FROM));
        return out.flip();
    }

    /** Returns true if these bytes are a whole frame except for their stated length. */
    static boolean isWholeButForItsLength(ByteBuffer bytes, int mask) {
        return (bytes.getInt(CRC_AT) ^ mask) == Checksum.of(bytes, COVERED_FROM, bytes.limit() - COVERED_FROM);
    }

    /** Decodes the frame of a batch of a shared log, or returns null if there is no whole one. */
    static @Nullable Frame decode(ByteBuffer batch) {
        return decode(batch, 0, 0);
    }

    /**
     * Decodes the frame at an offset of a segment, or returns null if there is no whole one.
     *
     * @param mask that of the segment's store, {@link StoreId#checksumMask}
     */
    static @Nullable Frame decode(ByteBuffer segment, int offset, int mask) {
        if (offset + HEADER_BYTES > segment.limit()) {
            return null;
        }
        int size = segment.getInt(offset);
        if (!isLength(size, segment.limit() - offset)) {
            return null;
        }
        if ((segment.getInt(offset + CRC_AT) ^ mask)
                != Checksum.of(segment, offset + COVERED_FROM, size - COVERED_FROM)) {
            return null;
        }
        ByteBuffer in = segment.duplicate().position(offset + COVERED_FROM).limit(offset + size);
        long first = in.getLong();
        int count = in.getInt();
        int flags = in.get();
        if (count < 0 || count > size / Integer.BYTES) {
            return null;
        }
        List<byte[]> records = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int length = in.remaining() < Integer.BYTES ? -1 : in.getInt();
            if (length < 0 || length > in.remaining()) {
                return null; // bytes of a row that look like a frame
            }
            byte[] record = new byte[length];
            in.get(record);
            records.add(record);
        }
        return new Frame(first, (flags & SYNCED) != 0, (flags & FOLLOWED) != 0, records, size);
    }
}
