package dev.plinth.engine.internal.base;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * A buffer in which a thread renders bytes, so that the result is allocated once, at its length. A thread keeps two
 * buffers: for the whole, and for a part that it renders meanwhile. A third buffer at the same time is allocated anew.
 * Not thread-safe.
 *
 * <p>What grows beyond {@link #BYTES_KEPT_MAX} goes on in a large buffer, of which all threads share a few. Arrays of
 * half a region of the heap or more are costly for a collector. A page that is rendered in arrays that double takes four
 * times its length of them.
 */
public abstract class ScratchBuffer {
    private static final int BYTES_AT_FIRST = 4 * 1024;
    private static final int BYTES_KEPT_MAX = 64 * 1024;
    /** Bytes of a page and of what is around its items. */
    private static final int LARGE_BYTES = Limits.PAGE_BYTES_MAX + 64 * 1024;

    private static final int LARGE_KEPT_MAX = 4;
    private static final byte[] FINISHED = {};
    /**
     * The free buffers of each thread, in two places; {@link #FINISHED} stands for none. It holds types of the JDK only. A value of the engine's own
     * class would keep a closed engine's class loader reachable for as long as a thread of the host lives.
     */
    private static final ThreadLocal<byte[][]> KEPT = new ThreadLocal<>();
    /** The free large buffers of all threads. */
    private static final BlockingQueue<byte[]> LARGE = new ArrayBlockingQueue<>(LARGE_KEPT_MAX);

    /** The bytes so far, with room after them. */
    protected byte[] bytes = take();

    /** How many bytes there are so far. */
    protected int size;

    /** Returns how many bytes there are so far. */
    public final int length() {
        return size;
    }

    /** Makes room for so many bytes more. */
    protected final void reserve(int more) {
        if (size + more > bytes.length) {
            checkUnfinished();
            byte[] larger = takeAtLeast(Math.max(bytes.length * 2, size + more));
            System.arraycopy(bytes, 0, larger, 0, size);
            if (larger.length > BYTES_KEPT_MAX) {
                giveBack(bytes); // A smaller one would take the place of the one that it has become.
            }
            bytes = larger;
        }
    }

    private static byte[] takeAtLeast(int length) {
        if (length <= BYTES_KEPT_MAX || length > LARGE_BYTES) {
            return new byte[length];
        }
        byte[] large = LARGE.poll();
        return large == null ? new byte[LARGE_BYTES] : large;
    }

    /** Returns the rendered bytes. Nothing can be added any more. */
    protected final byte[] finish() {
        checkUnfinished();
        byte[] result = Arrays.copyOf(bytes, size);
        release();
        return result;
    }

    /** Discards the rendered bytes. Nothing can be added any more. */
    protected final void release() {
        giveBack(bytes);
        bytes = FINISHED;
        size = 0;
    }

    /** Adds the rendered bytes of another buffer and discards them there. */
    protected final void move(ScratchBuffer other) {
        other.checkUnfinished();
        reserve(other.size);
        System.arraycopy(other.bytes, 0, bytes, size, other.size);
        size += other.size;
        other.release();
    }

    /** Adds text in UTF-8. */
    protected final void utf8(String text) {
        int length = text.length();
        reserve(length);
        byte[] to = bytes;
        int at = size;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                utf8Slowly(text);
                return;
            }
            to[at + i] = (byte) c;
        }
        size = at + length;
    }

    private void utf8Slowly(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        reserve(utf8.length);
        System.arraycopy(utf8, 0, bytes, size, utf8.length);
        size += utf8.length;
    }

    private void checkUnfinished() {
        if (bytes.length == 0) {
            throw new IllegalStateException("Expected to render something new, but this one is finished");
        }
    }

    /** Takes a buffer of this thread. Its content is undefined. */
    static byte[] take() {
        byte[][] kept = KEPT.get();
        if (kept != null) {
            for (int i = 0; i < kept.length; i++) {
                byte[] buffer = kept[i];
                if (buffer.length != 0) {
                    kept[i] = FINISHED;
                    return buffer;
                }
            }
        }
        return new byte[BYTES_AT_FIRST];
    }

    /** Gives a buffer back. A buffer that has grown too large is left to the garbage collector. */
    static void giveBack(byte[] buffer) {
        if (buffer.length == LARGE_BYTES) {
            boolean unused = LARGE.offer(buffer);
            return;
        }
        if (buffer.length > BYTES_KEPT_MAX) {
            return;
        }
        byte[][] kept = KEPT.get();
        if (kept == null) {
            kept = new byte[][] {FINISHED, FINISHED};
            KEPT.set(kept);
        }
        for (int i = 0; i < kept.length; i++) {
            if (kept[i].length == 0) {
                kept[i] = buffer;
                return;
            }
        }
    }
}
