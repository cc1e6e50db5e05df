package dev.plinth.engine.server;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * Collects a body with a limit but of unknown length. It takes no more memory than bytes have arrived. Not thread-safe.
 */
public final class BodyBuffer {
    /** Bytes of the first buffer. More is taken only as bytes arrive. */
    private static final int FIRST_BYTES = 16 * 1024;

    private static final byte[] NOTHING = {};

    private final int limit;
    private final ByteBudget.Share share;
    private byte[] bytes = NOTHING;
    private int size;

    /** The result of an append. */
    public enum Taken {
        /** The bytes are in the buffer. */
        YES,
        /** The bytes exceed the limit of the body. Nothing was taken. */
        TOO_LARGE,
        /** The bytes exceed the budget. Nothing was taken. */
        NO_ROOM
    }

    /**
     * Makes an empty buffer.
     *
     * @param limit the most bytes that it takes, 0 or more
     * @param announced the length that the client announced, -1 if it did not; a client need not keep to it
     * @param share accounts for the memory
     * @throws IllegalArgumentException if the limit is negative
     */
    public BodyBuffer(int limit, long announced, ByteBudget.Share share) {
        if (limit < 0) {
            throw new IllegalArgumentException(
                    "limit must be 0 bytes or more, got " + limit + ". Give the most bytes of the body.");
        }
        this.limit = announced < 0 ? limit : (int) Math.min(limit, announced);
        this.share = Objects.requireNonNull(share, "share must not be null.");
    }

    /** Takes the bytes, if they fit. */
    public Taken append(ByteBuffer chunk) {
        Objects.requireNonNull(chunk, "chunk must not be null.");
        int length = chunk.remaining();
        if (length > limit - size) {
            return Taken.TOO_LARGE;
        }
        if (length > bytes.length - size) {
            int room = Math.min(limit, Math.max(size + length, Math.max(FIRST_BYTES, bytes.length * 2)));
            if (!share.take(room - bytes.length)) {
                return Taken.NO_ROOM;
            }
            bytes = Arrays.copyOf(bytes, room);
        }
        chunk.get(bytes, size, length);
        size += length;
        return Taken.YES;
    }

    /** Frees the memory and gives it back to the budget. Nothing may be appended afterwards. */
    public void release() {
        bytes = NOTHING;
        size = 0;
        share.close();
    }

    /** Returns all bytes so far. Nothing may be appended afterwards. */
    public byte[] toBytes() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }
}
