package dev.plinth.engine.spring;

import dev.plinth.engine.server.Admission;
import dev.plinth.engine.server.BodyBuffer;
import dev.plinth.engine.server.ByteBudget;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Reads the body of a call on the thread of the server, within its limit, its budget and its time. A body has 30 s, and
 * then an average of 1 KiB a second after its first 10 s. One thread at a time.
 */
final class WireBody {
    private static final int CHUNK_BYTES = 8 * 1024;
    private static final long WITHIN_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int RATE_AFTER_SECONDS = 10;
    private static final int BYTES_PER_SECOND_MIN = 1024;

    /** The sentence for a call whose body came too slowly. */
    static final String TOO_SLOW =
            "The body came too slowly for the timeout of this server, or after 30 s for " + BYTES_PER_SECOND_MIN
                    + " bytes a second. Nothing was changed; send the request again on another connection.";

    private final Admission admission;
    private final BodyBuffer buffer;
    private final LongSupplier nanos;
    private final long begunNanos;
    private long size;

    /**
     * Begins a body.
     *
     * @param announced the length that the client announced, -1 if it did not
     * @param share accounts for the memory
     * @param nanos the real time
     */
    WireBody(Admission admission, long announced, ByteBudget.Share share, LongSupplier nanos) {
        this.admission = admission;
        this.buffer = new BodyBuffer(admission.bodyBytesMax(), announced, share);
        this.nanos = nanos;
        this.begunNanos = nanos.getAsLong();
    }

    /**
     * Reads to the end, or until the bytes exceed the limit or the budget. A body that its route does not take costs no
     * memory.
     *
     * @throws SocketTimeoutException if the client sends too slowly
     */
    BodyBuffer.Taken read(InputStream in) throws IOException {
        byte[] chunk = new byte[CHUNK_BYTES];
        for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
            size += length;
            BodyBuffer.Taken taken = take(chunk, length);
            if (taken != BodyBuffer.Taken.YES) {
                return taken;
            }
            checkPace();
        }
        return BodyBuffer.Taken.YES;
    }

    /** Returns the bytes that were read and kept. */
    byte[] bytes() {
        return buffer.toBytes();
    }

    private BodyBuffer.Taken take(byte[] chunk, int length) {
        if (admission.takesBody()) {
            return buffer.append(ByteBuffer.wrap(chunk, 0, length));
        }
        return size > admission.bodyBytesMax() ? BodyBuffer.Taken.TOO_LARGE : BodyBuffer.Taken.YES;
    }

    private void checkPace() throws SocketTimeoutException {
        long took = nanos.getAsLong() - begunNanos;
        long seconds = TimeUnit.NANOSECONDS.toSeconds(took) - RATE_AFTER_SECONDS;
        if (took > WITHIN_NANOS && size < seconds * BYTES_PER_SECOND_MIN) {
            throw new SocketTimeoutException(TOO_SLOW);
        }
    }
}
