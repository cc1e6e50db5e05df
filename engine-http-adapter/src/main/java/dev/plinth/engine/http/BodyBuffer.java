package dev.plinth.engine.http;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Collects a body whose length is bounded but not known, holding no more memory than bytes have come. Not thread-safe. */
final class BodyBuffer {
    private static final byte[] NOTHING = {};

    private final int limit;
    private final int first;
    private final ByteBudget.Share share;
    private byte[] bytes = NOTHING;
    private int size;

    /** Tells what became of bytes that came. */
    enum Taken {
        /** They are in the buffer. */
        YES,
        /** They exceed the limit of the body; nothing was taken. */
        TOO_LARGE,
        /** They exceed the budget; nothing was taken. */
        NO_ROOM
    }

    /**
     * @param limit bytes that it takes at most
     * @param announced the length that the client announced, -1 if it did not; a client need not keep to it
     * @param share pays for the memory
     */
    BodyBuffer(int limit, long announced, ByteBudget.Share share) {
        this.limit = announced < 0 ? limit : (int) Math.min(limit, announced);
        this.first = FramingLimits.BODY_BYTES_FIRST;
        this.share = share;
    }

    /** Takes the bytes, if they fit. */
    Taken append(ByteBuffer chunk) {
        int length = chunk.remaining();
        if (length > limit - size) {
            return Taken.TOO_LARGE;
        }
        if (length > bytes.length - size) {
            int room = Math.min(limit, Math.max(size + length, Math.max(first, bytes.length * 2)));
            if (!share.take(room - bytes.length)) {
                return Taken.NO_ROOM;
            }
            bytes = Arrays.copyOf(bytes, room);
        }
        chunk.get(bytes, size, length);
        size += length;
        return Taken.YES;
    }

    /** Lets go of the memory and gives it back to the budget; nothing is appended afterwards. */
    void release() {
        bytes = NOTHING;
        size = 0;
        share.close();
    }

    /** All bytes so far; not to be appended to afterwards. */
    byte[] toBytes() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }
}
