package dev.plinth.engine.internal.base;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is rendered byte by byte, in the one buffer of its thread, so that the result is allocated once, at its length. Who renders
 * while another one on the same thread does gets a buffer of its own. Not thread-safe.
 */
public abstract class Scratch {
    private static final int BYTES_AT_FIRST = 4 * 1024;
    private static final int BYTES_KEPT_MAX = 64 * 1024;
    private static final byte[] FINISHED = {};
    private static final ThreadLocal<byte @Nullable []> BUFFER = new ThreadLocal<>();

    /** The bytes so far, with room behind them. */
    protected byte[] bytes = take();

    /** How many there are so far. */
    protected int size;

    /** Makes room for so many bytes more. */
    protected final void reserve(int more) {
        if (size + more > bytes.length) {
            checkUnfinished();
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }

    /** What was rendered; nothing can be added any more. */
    protected final byte[] finish() {
        checkUnfinished();
        byte[] result = Arrays.copyOf(bytes, size);
        giveBack(bytes);
        bytes = FINISHED;
        size = 0;
        return result;
    }

    private void checkUnfinished() {
        if (bytes.length == 0) {
            throw new IllegalStateException("Expected to render something new, but this one is finished");
        }
    }

    /** The buffer of this thread, with whatever stands in it. */
    static byte[] take() {
        byte[] buffer = BUFFER.get();
        if (buffer == null) {
            return new byte[BYTES_AT_FIRST];
        }
        BUFFER.set(null);
        return buffer;
    }

    /** Gives a buffer back; one that has grown too large is let go of. */
    static void giveBack(byte[] buffer) {
        if (buffer.length <= BYTES_KEPT_MAX) {
            BUFFER.set(buffer);
        }
    }
}
