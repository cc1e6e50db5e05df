package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.Log;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * A new file that is written once, from its beginning to its end, past the page cache where the file system lets it: gigabytes
 * there would push out what is in use, and who syncs another file would wait for them. Where it does not let it, the file is
 * synced as it grows.
 *
 * <p>Not thread-safe. Only what was synced is read again.
 */
final class DirectOutput implements Disk.File {
    private static final System.Logger LOG = Log.of(DirectOutput.class);
    private static final int BUFFER_BYTES = DirectChannel.BUFFER_BYTES;
    private static final int BYTES_PER_SYNC = 8 * 1024 * 1024;

    private final Disk.File cached;
    private @Nullable DirectChannel direct;
    private final ByteBuffer buffer;
    private long written;

    /**
     * A file without bytes.
     *
     * @param cached the file
     * @param direct a channel to it past the page cache; null if there is none
     */
    DirectOutput(Disk.File cached, @Nullable DirectChannel direct) {
        this.cached = cached;
        this.direct = direct;
        this.buffer = DirectChannel.buffer(direct);
    }

    @Override
    public long size() throws IOException {
        return cached.size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        return cached.read(target, position);
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

    /** Makes all durable, with what does not fill the buffer yet; when it does, that is written once more. */
    @Override
    public void sync() throws IOException {
        cached.write(buffer.duplicate().flip(), written);
        cached.sync();
    }

    @Override
    public void close() throws IOException {
        try (cached) {
            leaveDirect();
        }
    }

    private void writeWhole() throws IOException {
        buffer.flip();
        if (direct != null) {
            writeDirect(direct.channel());
        }
        if (direct == null) {
            cached.write(buffer.rewind(), written);
        }
        written += BUFFER_BYTES;
        if (direct == null && written % BYTES_PER_SYNC == 0) {
            cached.sync();
        }
        buffer.clear().limit(BUFFER_BYTES);
    }

    /** A file system may open a file for this and refuse a write. The usual write then tells whether the disk is to blame. */
    private void writeDirect(FileChannel channel) throws IOException {
        try {
            while (buffer.hasRemaining()) {
                int unused = channel.write(buffer, written + buffer.position());
            }
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "Expected to write past the page cache, but could not; it takes the rest",
                    e);
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
