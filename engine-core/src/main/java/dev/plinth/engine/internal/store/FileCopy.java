package dev.plinth.engine.internal.store;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Copies a file from one disk to another, or beside itself. */
final class FileCopy {
    private static final int BYTES = 1024 * 1024;

    private FileCopy() {}

    /** Copies a file to a new name and syncs it; the name is durable after {@link Disk#syncNames}. */
    static void copy(Disk from, String name, Disk to, String newName) throws IOException {
        try (Disk.File source = from.open(name);
                Disk.File target = to.create(newName)) {
            ByteBuffer part = ByteBuffer.allocate(BYTES);
            long size = source.size();
            for (long at = 0; at < size; at += BYTES) {
                int unused = source.read(part.clear(), at);
                target.write(part.flip(), at);
            }
            target.sync();
        }
    }
}
