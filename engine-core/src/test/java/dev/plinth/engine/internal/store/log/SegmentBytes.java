package dev.plinth.engine.internal.store.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The frames in the bytes of a segment, and how to forge them so that every checksum is right again. */
public final class SegmentBytes {
    private static final int CRC_AT = 4;
    private static final int COVERED_FROM = 8;
    private static final int RECORD_CRC_AT = 1;
    private static final int RECORD_CHAIN_AT = 5;

    private SegmentBytes() {}

    /** Tells where a frame is, and its first sequence. */
    public record Place(int from, int to, long firstSequence) {
        boolean overlaps(int start, int end) {
            return start < to && from < end;
        }
    }

    public static List<Place> frames(byte[] segment) {
        ByteBuffer bytes = ByteBuffer.wrap(segment);
        List<Place> frames = new ArrayList<>();
        int at = Segment.HEADER_BYTES;
        int mask = Segment.checksumMask(bytes);
        for (Frame frame = Frame.decode(bytes, at, mask); frame != null; frame = Frame.decode(bytes, at, mask)) {
            frames.add(new Place(at, at + frame.bytes(), frame.firstSequence()));
            at += frame.bytes();
        }
        return frames;
    }

    public static Frame frame(byte[] segment, Place place) {
        ByteBuffer bytes = ByteBuffer.wrap(segment);
        Frame frame = Frame.decode(bytes, place.from, Segment.checksumMask(bytes));
        if (frame == null) {
            throw new AssertionError("Expected a frame at " + place);
        }
        return frame;
    }

    /** True if every checksum is right but those that tie a record to the one before it. */
    static boolean isWhole(byte[] segment) {
        byte[] believed = segment.clone();
        ByteBuffer bytes = ByteBuffer.wrap(believed);
        for (int at = Segment.HEADER_BYTES; isFrame(bytes, at); at += bytes.getInt(at)) {
            for (int record : records(bytes, at)) {
                believeRecord(bytes, record);
            }
            believeFrame(bytes, at);
        }
        return Arrays.equals(believed, segment);
    }

    /** Makes every record follow the one before it, with the right checksums; gives the CRC of the last one. */
    static int chain(byte[] segment, int crcBefore) {
        ByteBuffer bytes = ByteBuffer.wrap(segment);
        int crc = crcBefore;
        for (int at = Segment.HEADER_BYTES; isFrame(bytes, at); at += bytes.getInt(at)) {
            for (int record : records(bytes, at)) {
                bytes.putInt(record + RECORD_CHAIN_AT, crc);
                believeRecord(bytes, record);
                crc = bytes.getInt(record + RECORD_CRC_AT);
            }
            believeFrame(bytes, at);
        }
        return crc;
    }

    /** Changes the last byte of the first record of a frame, which is in a row, and nothing else, with the right checksums. */
    static void forge(byte[] segment, Place frame) {
        ByteBuffer bytes = ByteBuffer.wrap(segment);
        int record = records(bytes, frame.from).get(0);
        int last = record + bytes.getInt(record - 4) - 1;
        bytes.put(last, (byte) (bytes.get(last) ^ 1));
        believeRecord(bytes, record);
        believeFrame(bytes, frame.from);
    }

    private static boolean isFrame(ByteBuffer bytes, int at) {
        if (at + Frame.HEADER_BYTES > bytes.limit()) {
            return false;
        }
        int size = bytes.getInt(at);
        return size >= Frame.HEADER_BYTES && at + size <= bytes.limit() && recordsEnd(bytes, at) == at + size;
    }

    private static int recordsEnd(ByteBuffer bytes, int frame) {
        int at = frame + Frame.HEADER_BYTES;
        for (int i = bytes.getInt(frame + 16); i > 0 && at + 4 <= bytes.limit() && bytes.getInt(at) > 0; i--) {
            at += 4 + bytes.getInt(at);
        }
        return at;
    }

    /** Returns where the records of a frame start. */
    private static List<Integer> records(ByteBuffer bytes, int frame) {
        List<Integer> starts = new ArrayList<>();
        int end = frame + bytes.getInt(frame);
        for (int at = frame + Frame.HEADER_BYTES; at < end; at += 4 + bytes.getInt(at)) {
            starts.add(at + 4);
        }
        return starts;
    }

    private static void believeRecord(ByteBuffer bytes, int record) {
        int length = bytes.getInt(record - 4);
        bytes.putInt(record + RECORD_CRC_AT, Checksum.of(bytes, record + RECORD_CHAIN_AT, length - RECORD_CHAIN_AT));
    }

    private static void believeFrame(ByteBuffer bytes, int frame) {
        int crc = Checksum.of(bytes, frame + COVERED_FROM, bytes.getInt(frame) - COVERED_FROM);
        bytes.putInt(frame + CRC_AT, crc ^ Segment.checksumMask(bytes));
    }
}
