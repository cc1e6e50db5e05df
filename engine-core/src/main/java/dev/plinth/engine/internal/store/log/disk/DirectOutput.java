package dev.plinth.engine.internal.store.log.disk;

import dev.plinth.engine.internal.base.Log;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * A new file that is written once, from its beginning to its end, past the page cache if the file system allows it. In
 * the cache, gigabytes would evict pages in use, and the sync of another file would wait for them. If the file system
 * does not allow it, the file is synced as it grows.
 *
 * <p>Not thread-safe. Only synced data is read again.
 */
public final class DirectOutput extends ForwardingFile {
    private static final System.Logger LOG = Log.of(DirectOutput.class);
    private static final int BUFFER_BYTES = DirectChannel.BUFFER_BYTES;
    private static final int BYTES_PER_SYNC = 8 * 1024 * 1024;

    private @Nullable DirectChannel direct;
    private final ByteBuffer buffer;
    private long written;

    /**
     * Wraps an empty file.
     *
     * @param cached the file
     * @param direct a channel to it past the page cache; null if there is none
     */
    public DirectOutput(Disk.File cached, @Nullable DirectChannel direct) {
        super(cached);
        this.direct = direct;
        this.buffer = DirectChannel.buffer(direct);
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        long expected = written + buffer.position();
        if (position != expected) {
            throw new IllegalStateException(
                    "Expected the bytes for position " + expected + " next, but got those for " + position);
        }
        int end = source.limit();
        while (source.position() < end) {
            source.limit(Math.min(end, source.position() + buffer.remaining()));
            buffer.put(source);
            source.limit(end);
            if (!buffer.hasRemaining()) {
                writeWhole();
            }
        }
    }

    /**
     * Makes everything durable, including a part that does not fill the buffer yet. That part is written once more when
     * the buffer is full.
     */
    @Override
    public void sync() throws IOException {
        file.write(buffer.duplicate().flip(), written);
        file.sync();
    }

    @Override
    public void close() throws IOException {
        try (file) {
            leaveDirect();
        }
    }

    private void writeWhole() throws IOException {
        buffer.flip();
        if (direct != null) {
            writeDirect(direct.channel());
        }
        if (direct == null) {
            file.write(buffer.rewind(), written);
        }
        written += BUFFER_BYTES;
        if (direct == null && written % BYTES_PER_SYNC == 0) {
            file.sync();
        }
        buffer.clear().limit(BUFFER_BYTES);
    }

    /**
     * Writes the buffer. A file system may open a file for this and refuse a write; the usual write then tells whether
     * the disk is to blame.
     */
    private void writeDirect(FileChannel channel) throws IOException {
        try {
            while (buffer.hasRemaining()) {
                int unused = channel.write(buffer, written + buffer.position());
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "Could not write past the page cache; the rest goes through it", e);
            leaveDirect();
        }
    }

    private void leaveDirect() throws IOException {
        if (direct != null) {
            direct.channel().close();
            direct = null;
        }
    }
}
