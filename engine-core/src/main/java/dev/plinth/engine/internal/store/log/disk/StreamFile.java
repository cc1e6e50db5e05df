package dev.plinth.engine.internal.store.log.disk;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A stream in the form of a file that one thread reads or writes once, from its beginning to its end. Any other position
 * is refused. Not thread-safe.
 */
public final class StreamFile implements Disk.File {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final @Nullable InputStream in;
    private final @Nullable OutputStream out;
    private long at;

    private StreamFile(@Nullable InputStream in, @Nullable OutputStream out) {
        this.in = in;
        this.out = out;
    }

    public static StreamFile reading(InputStream in) {
        return new StreamFile(new BufferedInputStream(in, BUFFER_BYTES), null);
    }

    /** Makes a file whose stream its caller closes. */
    public static StreamFile writing(OutputStream out) {
        return new StreamFile(null, new BufferedOutputStream(out, BUFFER_BYTES));
    }

    @Override
    public long size() {
        return at;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        InputStream from = in;
        requireNext(position, from != null);
        if (from == null) {
            return 0;
        }
        byte[] bytes = from.readNBytes(target.remaining());
        target.put(bytes);
        at += bytes.length;
        return bytes.length;
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        OutputStream to = out;
        requireNext(position, to != null);
        byte[] bytes = new byte[source.remaining()];
        source.get(bytes);
        if (to != null) {
            to.write(bytes);
        }
        at += bytes.length;
    }

    private void requireNext(long position, boolean isOpenForThis) {
        if (position != at || !isOpenForThis) {
            throw new IllegalStateException("Expected byte " + at + " of a stream to be next, but got " + position);
        }
    }

    @Override
    public void sync() throws IOException {
        if (out != null) {
            out.flush();
        }
    }

    @Override
    public void close() throws IOException {
        sync();
        if (in != null) {
            in.close();
        }
    }
}
