package dev.plinth.engine.internal.store.log.disk;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A file that is read from its beginning to its end past the page cache. So other pages stay in the cache, and the data
 * read is what the disk has. Not thread-safe.
 */
public final class DirectInput extends ForwardingFile {
    private final DirectChannel direct;
    private final ByteBuffer buffer;
    private long bufferAt;
    private int buffered;

    /**
     * Wraps an existing file.
     *
     * @param cached the file
     * @param direct a channel to it past the page cache
     */
    public DirectInput(Disk.File cached, DirectChannel direct) {
        super(cached);
        this.direct = direct;
        this.buffer = DirectChannel.buffer(direct);
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        int total = 0;
        while (target.hasRemaining()) {
            long at = position + total;
            boolean isBuffered = at >= bufferAt && at < bufferAt + buffered;
            if (!isBuffered && !fill(at)) {
                break;
            }
            int from = (int) (at - bufferAt);
            int length = Math.min(target.remaining(), buffered - from);
            target.put(buffer.slice(from, length));
            total += length;
        }
        return total;
    }

    /** Fills the buffer. Returns false if the file ends there. */
    private boolean fill(long at) throws IOException {
        buffered = 0;
        bufferAt = at - at % direct.blockBytes();
        buffer.clear().limit(DirectChannel.BUFFER_BYTES);
        try {
            int unused = direct.channel().read(buffer, bufferAt);
        } catch (IOException e) {
            // A file system may open a file for this and refuse the read. The usual read then tells whether the disk is
            // to blame.
            buffer.clear().limit(DirectChannel.BUFFER_BYTES);
            int unused = file.read(buffer, bufferAt);
        }
        buffered = buffer.position();
        buffer.clear();
        return buffered > at - bufferAt;
    }

    @Override
    public void write(ByteBuffer source, long position) {
        throw new UnsupportedOperationException("Expected reads of a file that is read as a stream, but got a write");
    }

    @Override
    public void sync() {
        throw new UnsupportedOperationException("Expected reads of a file that is read as a stream, but got a sync");
    }

    @Override
    public void close() throws IOException {
        try (file) {
            direct.channel().close();
        }
    }
}
