package dev.plinth.engine.internal.store.log.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** A file behind a channel. */
public final class ChannelFile implements Disk.File {
    private static final Set<OpenOption> READS = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    private final Opener opener;
    private final FileChannel forSyncs;
    private volatile FileChannel channel;

    /**
     * Wraps an open file.
     *
     * @param channel the channel for reads and writes
     * @param forSyncs the channel for syncs. It stays open if a thread is interrupted in a write. So it learns of every
     *     error of the disk since it was opened; a later channel would not
     */
    public ChannelFile(FileChannel channel, FileChannel forSyncs, Opener opener) {
        this.channel = channel;
        this.forSyncs = forSyncs;
        this.opener = opener;
    }

    /** Opens a file that is only read. */
    public static ChannelFile reading(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, READS);
        return new ChannelFile(channel, channel, () -> FileChannel.open(file, READS));
    }

    /** Opens the same file once more. */
    @FunctionalInterface
    public interface Opener {
        /** Returns another channel to the file. */
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
     * A thread that is interrupted while it uses a channel closes the channel, and in a write that may be a thread of
     * the host's. Then everything is written again through another channel.
     */
    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        int from = source.position();
        boolean interrupted = Thread.interrupted();
        while (source.hasRemaining()) {
            try {
                int unused = channel.write(source, position + source.position() - from);
            } catch (ClosedByInterruptException e) {
                interrupted = Thread.interrupted();
                channel = opener.open();
                source.position(from);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void sync() throws IOException {
        forSyncs.force(false);
    }

    @Override
    public void close() throws IOException {
        try (forSyncs) {
            channel.close();
        }
    }
}
