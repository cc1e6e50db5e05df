package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.base.Limits;
import java.nio.ByteBuffer;

/**
 * The memory outside the heap in which frames are put together. The memory of a record is reserved before the record is
 * applied, so that missing memory refuses one record and does not end the journal. The memory for several records
 * together is optional.
 *
 * <p>Thread-safe: one thread prepares records, one writes frames.
 */
final class FrameBuffer {
    /** Bytes at the beginning. */
    static final int BYTES_AT_FIRST = 64 * 1024;

    private volatile ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES_AT_FIRST);
    private volatile boolean mayGrow = true;

    /** Makes room for a frame of this record. Throws {@link OutOfMemoryError} if there is none. */
    void require(byte[] record) {
        int bytes = Frame.HEADER_BYTES + Frame.bytesOf(record);
        if (bytes > buffer.capacity()) {
            grow(bytes);
        }
    }

    /**
     * Makes room for records in one frame.
     *
     * @param wanted bytes of these records
     * @return bytes of records that fit into a frame, which may be fewer
     */
    int roomFor(int wanted) {
        int bytes = Frame.HEADER_BYTES + wanted;
        if (bytes > buffer.capacity() && mayGrow) {
            try {
                grow(bytes);
            } catch (OutOfMemoryError e) {
                mayGrow = false; // the attempt takes long, and smaller frames suffice
            }
        }
        return buffer.capacity() - Frame.HEADER_BYTES;
    }

    /** Returns the buffer, empty. */
    ByteBuffer empty() {
        return buffer.clear();
    }

    private synchronized void grow(int bytes) {
        if (bytes > buffer.capacity()) {
            buffer = ByteBuffer.allocateDirect((int) Math.min(2L * bytes, Limits.FRAME_BYTES_MAX));
        }
    }
}
