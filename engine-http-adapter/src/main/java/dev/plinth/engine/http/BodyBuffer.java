package dev.plinth.engine.http;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Collects a body whose length is bounded but not known, holding no more memory than bytes have come. Not thread-safe. */
final class BodyBuffer {
    private final int limit;
    private byte[] bytes;
    private int size;

    /**
     * @param limit bytes that it takes at most
     * @param announced the length that the client announced, -1 if it did not; a hint that nobody has to keep to
     */
    BodyBuffer(int limit, long announced) {
        this.limit = limit;
        long first = announced < 0 ? FramingLimits.BODY_BYTES_FIRST : announced;
        this.bytes = new byte[(int) Math.min(first, Math.min(limit, FramingLimits.BODY_BYTES_FIRST))];
    }

    /** Takes the bytes; false, and nothing taken, if they exceed the limit. */
    boolean append(ByteBuffer chunk) {
        int length = chunk.remaining();
        if (length > limit - size) {
            return false;
        }
        if (length > bytes.length - size) {
            bytes = Arrays.copyOf(bytes, Math.min(limit, Math.max(size + length, bytes.length * 2)));
        }
        chunk.get(bytes, size, length);
        size += length;
        return true;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** All bytes so far; not to be appended to afterwards. */
    byte[] toBytes() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }
}
