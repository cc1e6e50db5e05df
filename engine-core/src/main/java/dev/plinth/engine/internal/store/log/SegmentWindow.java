package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.store.log.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The part of a segment that is in memory: as much as a frame needs, never the whole file. Not thread-safe. */
public final class SegmentWindow {
    private static final int BYTES = 1024 * 1024;

    private final Disk.File file;
    private final long size;
    private ByteBuffer bytes = ByteBuffer.allocate(BYTES).limit(0);
    private long start;
    private int mask;

    public SegmentWindow(Disk.File file) throws IOException {
        this.file = file;
        this.size = file.size();
        this.mask = Segment.checksumMask(at(0, Segment.HEADER_BYTES));
    }

    /** Returns the file's length. */
    long size() {
        return size;
    }

    /** Returns bytes from a position on, fewer at the end of the file. They are valid until the next call. */
    ByteBuffer at(long position, int length) throws IOException {
        if (position < start || position + length > start + bytes.limit()) {
            if (length > bytes.capacity()) {
                bytes = ByteBuffer.allocate(length);
            }
            bytes.clear().limit((int) Math.max(0, Math.min(bytes.capacity(), size - position)));
            int unused = file.read(bytes, position);
            bytes.flip();
            start = position;
        }
        int from = (int) (position - start);
        return bytes.slice(from, Math.min(length, bytes.limit() - from));
    }

    /** Forgets what is in memory, because an engine may have written meanwhile. */
    void forget() throws IOException {
        bytes.limit(0);
        mask = Segment.checksumMask(at(0, Segment.HEADER_BYTES)); // an engine may have begun it meanwhile
    }

    /** Reads the frames as those of a store from now on, whatever the header says. */
    public void unmask(StoreId store) {
        mask = store.checksumMask();
    }

    /** Returns the frame at a position, or null if there is no whole one. */
    @Nullable
    Frame frame(long at) throws IOException {
        if (at + Frame.HEADER_BYTES > size) {
            return null;
        }
        int length = at(at, Frame.HEADER_BYTES).getInt(0);
        return Frame.isLength(length, size - at) ? Frame.decode(at(at, length), 0, mask) : null;
    }

    /** Returns true if these bytes are a whole frame except for their stated length. */
    boolean isWholeButForItsLength(long from, long end) throws IOException {
        return Frame.isWholeButForItsLength(at(from, (int) (end - from)), mask);
    }

    /** Returns the position after the last byte that is not zero, or {@code from} if there is none. */
    public long writtenEnd(long from) throws IOException {
        long end = from;
        long at = from;
        while (at < size) {
            ByteBuffer part = at(at, (int) Math.min(BYTES, size - at));
            if (!part.hasRemaining()) {
                return end;
            }
            end = Math.max(end, at + lastNonZero(part) + 1);
            at += part.limit();
        }
        return end;
    }

    private static int lastNonZero(ByteBuffer part) {
        int at = part.limit() - 1;
        while (at >= 7 && part.getLong(at - 7) == 0) {
            at -= 8;
        }
        while (at >= 0 && part.get(at) == 0) {
            at--;
        }
        return at < 0 ? Integer.MIN_VALUE : at;
    }
}
