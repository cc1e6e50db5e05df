package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.store.log.disk.Disk;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the segments of a journal and visits the whole frames, up to the end or to the first damage. Recovery and all
 * tools use this reader. It changes nothing, and keeps one frame and a megabyte in memory.
 *
 * <p>A torn tail is what a crash leaves: an incomplete last frame. No frame behind it says that the incomplete one was
 * durable. {@link TornTail} tells what may be in it. Anything else that is incomplete is
 * {@link StoreDamageException}.
 *
 * <p>An engine may be writing meanwhile. Then half of a frame may be there when it is read, and the next frame may be
 * found whole a moment later. So a frame counts as damaged only if it was read twice.
 */
public final class JournalReader {
    private static final long ANYWHERE = -1;
    private static final int CELL = 0;

    private final Disk disk;
    private final JournalVisitor visitor;
    private final long from;
    private final int fromCrc;
    private @Nullable StoreId store;
    private long next;
    private long limit;
    private int crc;
    private long epoch;
    private boolean begun;
    private Tail tail;
    private long readAgainAt;
    private long inFrameBehind;

    private JournalReader(Disk disk, @Nullable StoreId store, long from, int fromCrc, JournalVisitor visitor) {
        this.disk = disk;
        this.store = store;
        this.visitor = visitor;
        this.from = from;
        this.fromCrc = fromCrc;
        this.tail = new Tail(from, fromCrc, 0, 0, 0, 0, 0);
    }

    /**
     * Reads the whole journal from its first segment.
     *
     * @param store the store to which all segments must belong; null for that of the first segment
     */
    public static JournalReader all(Disk disk, @Nullable StoreId store, JournalVisitor visitor) {
        return new JournalReader(disk, store, ANYWHERE, 0, visitor);
    }

    /** Reads the records after a record, starting at the segment that has it. May visit some records up to it. */
    public static JournalReader behind(
            Disk disk, @Nullable StoreId store, long sequence, int crc, JournalVisitor visitor) {
        return new JournalReader(disk, store, sequence, crc, visitor);
    }

    /**
     * The end of the journal.
     *
     * @param sequence the last whole record; may be one before the requested record
     * @param crc its CRC
     * @param segmentNumber the last usable segment; 0 if there is none
     * @param position the end of the last frame with records
     * @param tornFrom where a torn tail begins
     * @param tornTo where it ends; {@code tornFrom} if there is none
     * @param headless the number of a later segment that was made but never begun; 0 if there is none
     */
    public record Tail(
            long sequence, int crc, long segmentNumber, int position, long tornFrom, long tornTo, long headless) {}

    /** Returns the end of what was read so far. After damage it is the end of the whole part. */
    public Tail tail() {
        return tail;
    }

    /**
     * Reads these segments.
     *
     * @param numbers ascending
     * @throws StoreDamageException if something needed is not whole
     */
    public Tail read(List<Long> numbers) throws IOException {
        int first = from == ANYWHERE ? 0 : firstNeeded(numbers);
        for (int i = first; i < numbers.size(); i++) {
            long number = numbers.get(i);
            if (i > first && number != numbers.get(i - 1) + 1) {
                String missing = Segment.name(numbers.get(i - 1) + 1);
                throw new StoreDamageException("the file " + missing + " is missing", missing, 0);
            }
            boolean last = i == numbers.size() - 1;
            readSegment(number, last ? null : Segment.name(numbers.get(i + 1)));
        }
        return tail;
    }

    private int firstNeeded(List<Long> numbers) throws IOException {
        for (int i = numbers.size() - 1; i > 0; i--) {
            if (mayBeginWith(Segment.name(numbers.get(i)))) {
                return i;
            }
        }
        return 0;
    }

    /**
     * Returns true if reading may begin with this segment. Returns false for a damaged one too, because the part before
     * it may be whole, and is read first.
     */
    private boolean mayBeginWith(String name) throws IOException {
        Segment header = peek(name);
        return header != null && header.firstSequence() <= from + 1;
    }

    /** Returns the header of a segment that is read later, or null if it has no whole one. */
    private @Nullable Segment peek(String name) throws IOException {
        try (Disk.File file = disk.open(name)) {
            return Segment.readHeader(file, name);
        } catch (StoreDamageException damage) {
            return null;
        }
    }

    private static @Nullable Segment readHeader(SegmentWindow segmentWindow, String name) throws IOException {
        return Segment.readHeader(segmentWindow.at(0, Segment.HEADER_BYTES), name, segmentWindow.size());
    }

    private void readSegment(long number, @Nullable String nextName) throws IOException {
        boolean last = nextName == null;
        String name = Segment.name(number);
        try (Disk.File file = disk.open(name)) {
            SegmentWindow segmentWindow = new SegmentWindow(file);
            Segment header = readHeader(segmentWindow, name);
            // A header is durable before the first frame is written, on every level.
            if (header == null && (!last || segmentWindow.writtenEnd(Segment.HEADER_BYTES) > Segment.HEADER_BYTES)) {
                segmentWindow.forget();
                header = readHeader(segmentWindow, name);
                if (header == null) {
                    throw new StoreDamageException("the header of " + name + " is damaged at byte 0", name, 0);
                }
            }
            if (header == null) {
                tail = new Tail(tail.sequence, tail.crc, tail.segmentNumber, tail.position, 0, 0, number);
                return;
            }
            begin(header, name);
            limit = limit(header, nextName);
            visitor.segment(header);
            inFrameBehind = 0;
            readFrames(segmentWindow, header, last);
        }
    }

    /**
     * Returns the first record that does not count in a segment. A later reign begins a new segment at the end of the
     * journal that it has read. After that end may be the remains of a crash, or frames that an earlier reign has
     * written later and could not acknowledge.
     */
    private long limit(Segment header, @Nullable String nextName) throws IOException {
        Segment behind = nextName == null ? null : peek(nextName);
        boolean isOfLaterReign = behind != null
                && behind.number() == header.number() + 1
                && behind.store().equals(header.store())
                && behind.epoch() > header.epoch();
        return behind != null && isOfLaterReign ? behind.firstSequence() : Long.MAX_VALUE;
    }

    private void begin(Segment header, String name) {
        long first = header.firstSequence();
        epoch = Math.max(epoch, header.epoch());
        if (store == null) {
            store = header.store();
        } else if (!store.equals(header.store())) {
            throw new StoreDamageException(
                    name + " is of store " + header.store() + " and not of store " + store, name, 0);
        }
        if (!begun) {
            begun = true;
            if (from != ANYWHERE && first > from + 1) {
                throw missing(from + 1, first, name);
            }
            next = first;
            crc = header.crcBefore();
            if (first == from + 1 && crc != fromCrc) {
                throw new StoreDamageException(name + " does not belong behind record " + from, name, 0);
            }
        } else if (first > next && tail.tornTo > tail.tornFrom) {
            throw damaged(Segment.name(tail.segmentNumber), tail.tornFrom, first);
        } else if (first > next) {
            throw missing(next, first, name);
        } else if (first != next || header.crcBefore() != crc) {
            throw new StoreDamageException(name + " does not belong behind record " + (next - 1), name, 0);
        }
        tail = new Tail(next - 1, crc, header.number(), Segment.HEADER_BYTES, 0, 0, 0);
    }

    private void readFrames(SegmentWindow segmentWindow, Segment header, boolean last) throws IOException {
        String name = Segment.name(header.number());
        long at = Segment.HEADER_BYTES;
        while (next < limit) {
            Frame frame = segmentWindow.frame(at);
            if (frame != null) {
                if (last && frame.followed()) {
                    checkFollowed(header.number() + 1);
                }
                visit(frame, name, at);
                at += frame.bytes();
                // The next frame takes the place of an empty one.
                int position = frame.records().isEmpty() ? tail.position : (int) at;
                tail = new Tail(next - 1, crc, header.number(), position, 0, 0, 0);
                continue;
            }
            long written = segmentWindow.writtenEnd(at);
            long behind = written > at ? frameBehind(segmentWindow, at + 1, written, next, true) : -1;
            if (behind < 0 && written > at && isOverwritten(segmentWindow, tail.position, at)) {
                at = tail.position;
                continue;
            }
            if (behind < 0) {
                tail = new Tail(next - 1, crc, header.number(), tail.position, at, written, 0);
                return;
            }
            at = readOn(segmentWindow, name, at, behind);
        }
        tellBehindLimit(segmentWindow, name, at);
    }

    /**
     * Tells how many records are behind the limit, at least. The later opening may have ended the segment there, and so
     * have written over the first of them.
     */
    private void tellBehindLimit(SegmentWindow segmentWindow, String name, long at) throws IOException {
        Frame frame = segmentWindow.frame(at);
        long behind = frame != null && frame.records().isEmpty() ? at + frame.bytes() : at;
        long written = segmentWindow.writtenEnd(behind);
        if (inFrameBehind > 0 || written > behind) {
            long last = written > behind ? lastWhole(segmentWindow, at, written, limit) : 0;
            visitor.behindLimit(name, limit, Math.max(Math.max(1, inFrameBehind), last - limit + 1));
        }
    }

    /**
     * Returns true if an engine has meanwhile written a frame in the place of the empty one that was read. What follows
     * the empty frame is then the middle of that frame.
     */
    private static boolean isOverwritten(SegmentWindow segmentWindow, int empty, long at) throws IOException {
        if (empty == at) {
            return false;
        }
        segmentWindow.forget();
        Frame frame = segmentWindow.frame(empty);
        return frame == null || !frame.records().isEmpty();
    }

    /** Checks that a segment follows the last one if that says so. An engine may just have made it, or it is lost. */
    private void checkFollowed(long number) throws IOException {
        List<Long> there = StoreNames.of(disk).segments();
        // While a long reading goes on, the next one may have been made and deleted again. Then there are later ones.
        if (there.isEmpty() || there.get(there.size() - 1) < number) {
            String name = Segment.name(number);
            throw new StoreDamageException("the file " + name + " is missing", name, 0);
        }
    }

    /**
     * Returns where to go on after an incomplete frame before a whole one. The frame may have been written meanwhile,
     * or not be needed.
     */
    private long readOn(SegmentWindow segmentWindow, String name, long at, long behind) throws IOException {
        segmentWindow.forget();
        if (readAgainAt != at) {
            readAgainAt = at;
            return tail.position;
        }
        Frame frame = segmentWindow.frame(behind);
        if (frame == null || frame.firstSequence() > from + 1 || next > from) {
            throw damaged(name, at, frame == null ? next : frame.firstSequence());
        }
        next = frame.firstSequence();
        boolean isNext = next == from + 1 || frame.records().isEmpty();
        crc = isNext ? fromCrc : RecordCodec.crcBefore(frame.records().get(0));
        // The next frame may take the place of that frame, and never of the damaged one: it would be read as that.
        tail = new Tail(next - 1, crc, tail.segmentNumber, (int) behind, 0, 0, 0);
        return behind;
    }

    private void visit(Frame frame, String name, long at) throws IOException {
        if (frame.firstSequence() != next) {
            throw misplaced(name, at, frame.firstSequence());
        }
        visitor.frame(frame, at);
        for (byte[] bytes : frame.records()) {
            if (next == limit) {
                inFrameBehind++;
                continue;
            }
            // A later reign begins a segment of its own, so even a stale record is damage here.
            RecordAdmission admission = RecordAdmission.of(new LogPosition(CELL, epoch, next - 1, crc), bytes);
            if (!admission.isAdmitted()) {
                throw new StoreDamageException(
                        "record " + next + " in " + name + " at byte " + at + " does not fit: " + admission.why(),
                        name,
                        at);
            }
            RecordCodec.Head head = RecordCodec.head(bytes);
            epoch = head.epoch();
            crc = RecordCodec.crc(bytes);
            if (next == from && crc != fromCrc) {
                throw new StoreDamageException(
                        "record " + next + " in " + name + " at byte " + at + " is not the one that "
                                + Snapshot.name(from) + " was made at",
                        name,
                        at);
            }
            next++;
            visitor.record(head, bytes);
        }
    }

    /** Returns the first byte before {@code end} at which a whole frame of this record or a later one begins, or -1. */
    static long frameBehind(SegmentWindow segmentWindow, long start, long end, long sequence, boolean synced)
            throws IOException {
        // A frame may end in zeros, so it can go past the last byte that is not zero.
        for (long at = start; at < end && at + Frame.HEADER_BYTES <= segmentWindow.size(); at++) {
            if (Frame.mayBegin(segmentWindow.at(at, Frame.HEADER_BYTES), sequence, segmentWindow.size() - at)) {
                Frame frame = segmentWindow.frame(at);
                if (frame != null && (frame.synced() || !synced)) {
                    return at;
                }
            }
        }
        return -1;
    }

    /** Returns the last record before {@code end} with a whole frame, of this record or a later one, or 0. */
    public static long lastWhole(SegmentWindow segmentWindow, long start, long end, long sequence) throws IOException {
        long found = 0;
        long at = start;
        while (true) {
            at = frameBehind(segmentWindow, at, end, sequence, false);
            Frame frame = at < 0 ? null : segmentWindow.frame(at);
            if (frame == null) {
                return found;
            }
            found = Math.max(found, frame.firstSequence() + frame.records().size() - 1);
            at += frame.bytes();
        }
    }

    private StoreDamageException damaged(String name, long at, long behind) {
        return new StoreDamageException(
                "record " + next + " in " + name + " at byte " + at + " is damaged, but record " + behind
                        + " behind it is whole",
                name,
                at);
    }

    private StoreDamageException misplaced(String name, long at, long sequence) {
        return new StoreDamageException(
                "record " + next + " in " + name + " at byte " + at + " is number " + sequence, name, at);
    }

    private static StoreDamageException missing(long first, long behind, String name) {
        return new StoreDamageException(
                "records " + first + " to " + (behind - 1) + " before " + name + " are missing", name, 0);
    }
}
