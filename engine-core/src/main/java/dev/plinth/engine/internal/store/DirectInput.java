package dev.plinth.engine.internal.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A file that is read from its beginning to its end, past the page cache: what is in use there stays, and what is read is what
 * the disk has. Not thread-safe.
 */
final class DirectInput implements Disk.File {
    private static final int BUFFER_BYTES = 1024 * 1024;

    private final Disk.File cached;
    private final FileChannel direct;
    private final int blockBytes;
    private final ByteBuffer buffer;
    private long bufferAt;

    /**
     * A file that is there.
     *
     * @param cached the file
     * @param direct a channel to it past the page cache
     * @param blockBytes the channel gives multiples of this, from multiples of this; a power of two
     */
    DirectInput(Disk.File cached, FileChannel direct, int blockBytes) {
        this.cached = cached;
        this.direct = direct;
        this.blockBytes = blockBytes;
        this.buffer = ByteBuffer.allocateDirect(BUFFER_BYTES + blockBytes)
                .alignedSlice(blockBytes)
                .limit(0);
    }

    @Override
    public long size() throws IOException {
        return cached.size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        int total = 0;
        while (target.hasRemaining()) {
            long at = position + total;
            boolean isBuffered = at >= bufferAt && at < bufferAt + buffer.limit();
            if (!isBuffered && !fill(at)) {
                break;
            }
            int from = (int) (at - bufferAt);
            int length = Math.min(target.remaining(), buffer.limit() - from);
            target.put(buffer.slice(from, length));
            total += length;
        }
        return total;
    }

    /** False if the file has nothing there. */
    private boolean fill(long at) throws IOException {
        bufferAt = at - at % blockBytes;
        buffer.clear().limit(BUFFER_BYTES);
        try {
            int unused = direct.read(buffer, bufferAt);
        } catch (IOException e) {
            // A file system may open a file for this and refuse the read: whether the disk is to blame tells a usual
            // one.
            int unused = cached.read(buffer.clear().limit(BUFFER_BYTES), bufferAt);
        }
        buffer.flip();
        return buffer.limit() > at - bufferAt;
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
        try (cached) {
            direct.close();
        }
    }
}
