package dev.plinth.engine.internal.store.log.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A channel to a file past the page cache ({@code O_DIRECT}).
 *
 * @param channel reads and writes multiples of a block at multiples of a block, in memory that is aligned to it
 * @param blockBytes length of a block, a power of two
 */
public record DirectChannel(FileChannel channel, int blockBytes) {
    /** Bytes that are written or read at once; a multiple of every block. */
    public static final int BUFFER_BYTES = 1024 * 1024;

    private static final @Nullable OpenOption DIRECT = direct();

    /**
     * Finds the JDK's own option by its name, because a compiler warns of it and not every JVM has its module
     * (jdk.unsupported).
     */
    private static @Nullable OpenOption direct() {
        try {
            for (Object option :
                    Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants()) {
                if (option.toString().equals("DIRECT")) {
                    return (OpenOption) option;
                }
            }
            return null;
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    /** Opens a channel to an existing file. Returns null if the JVM, the file system or its blocks do not allow it. */
    public static @Nullable DirectChannel open(Path file, OpenOption access) {
        if (DIRECT == null) {
            return null;
        }
        try {
            long blockBytes = Files.getFileStore(file).getBlockSize();
            if (blockBytes > BUFFER_BYTES || Long.bitCount(blockBytes) != 1) {
                return null;
            }
            return new DirectChannel(
                    FileChannel.open(file, access, LinkOption.NOFOLLOW_LINKS, DIRECT), (int) blockBytes);
        } catch (IOException | UnsupportedOperationException e) {
            return null; // an older tmpfs, for one, or a process that does not see its mounts
        }
    }

    /** Returns memory for one write or read. Without a channel any memory will do. */
    static ByteBuffer buffer(@Nullable DirectChannel direct) {
        int blockBytes = direct == null ? 1 : direct.blockBytes;
        return ByteBuffer.allocateDirect(BUFFER_BYTES + blockBytes)
                .alignedSlice(blockBytes)
                .limit(BUFFER_BYTES);
    }
}
