package dev.plinth.engine.internal.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;

/** A file behind a channel. */
final class ChannelFile implements Disk.File {
    private final Opener opener;
    private volatile FileChannel channel;
    private boolean closed;

    ChannelFile(FileChannel channel, Opener opener) {
        this.channel = channel;
        this.opener = opener;
    }

    /** Opens the same file once more. */
    @FunctionalInterface
    interface Opener {
        /** Another channel to the file. */
        FileChannel open() throws IOException;
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        int total = 0;
        while (target.hasRemaining()) {
            int count = channel.read(target, position + total);
            if (count < 0) {
                break;
            }
            total += count;
        }
        return total;
    }

    /**
     * Whoever is interrupted while it uses a channel closes it, and in time of a write that may be a thread of the host's: then all is
     * written again by another channel.
     */
    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        int from = source.position();
        boolean interrupted = Thread.interrupted();
        while (source.hasRemaining()) {
            FileChannel used = channel;
            try {
                int unused = used.write(source, position + source.position() - from);
            } catch (ClosedByInterruptException e) {
                interrupted = Thread.interrupted();
                replace(used, e);
                source.position(from);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Who is interrupted in a write closes the channel under who syncs beside it: what was written stays to be synced. */
    @Override
    public void sync() throws IOException {
        while (true) {
            FileChannel used = channel;
            try {
                used.force(false);
                return;
            } catch (ClosedByInterruptException e) {
                throw e;
            } catch (ClosedChannelException e) {
                replace(used, e);
            }
        }
    }

    /** Opens another channel unless somebody else has. */
    private synchronized void replace(FileChannel broken, ClosedChannelException why) throws IOException {
        if (closed) {
            throw why;
        }
        if (channel == broken) {
            channel = opener.open();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        channel.close();
    }
}
