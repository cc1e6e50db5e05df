package dev.plinth.engine.internal.store.memory.arena;

import dev.plinth.engine.internal.base.OwnerOnly;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** Maps parts of a file of the quick restart, in the byte order of the machine. */
final class MappedFile {
    private static final Set<StandardOpenOption> OPENS =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);

    private MappedFile() {}

    /**
     * Maps some bytes of a file, which grows to that length. An interrupt of the caller, which closes a channel, does
     * not end it. The caller is still interrupted afterwards.
     *
     * @throws IllegalStateException if it cannot be mapped; the message says why and what to do
     */
    static MappedByteBuffer map(Path file, long from, long bytes) {
        boolean interrupted = false;
        try {
            while (true) {
                try (FileChannel channel = FileChannel.open(file, OPENS, OwnerOnly.file())) {
                    MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, from, bytes);
                    mapped.order(ByteOrder.nativeOrder());
                    return mapped;
                } catch (ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Expected to map " + bytes + " bytes of " + file + ", but could not: " + e.getMessage()
                            + "; name another directory for the quick restart, or do without.",
                    e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
