package dev.plinth.engine.internal.base;

import org.jspecify.annotations.Nullable;

/**
 * One buffer a thread to render into, so that what is rendered is allocated once, at its length. Who takes the buffer while another
 * one on the same thread has it gets a new one.
 */
public final class Scratch {
    private static final int BYTES_AT_FIRST = 4 * 1024;
    private static final int BYTES_KEPT_MAX = 64 * 1024;
    private static final ThreadLocal<byte @Nullable []> BUFFER = new ThreadLocal<>();

    private Scratch() {}

    /** Takes the buffer of this thread, with whatever stands in it. */
    public static byte[] take() {
        byte[] buffer = BUFFER.get();
        if (buffer == null) {
            return new byte[BYTES_AT_FIRST];
        }
        BUFFER.set(null);
        return buffer;
    }

    /** Gives a buffer back; one that has grown too large is let go of. */
    public static void giveBack(byte[] buffer) {
        if (buffer.length <= BYTES_KEPT_MAX) {
            BUFFER.set(buffer);
        }
    }
}
