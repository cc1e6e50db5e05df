package dev.plinth.engine.internal.store.log.disk;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Copies a file from one disk to another, or to a new name on the same disk. */
public final class FileCopy {
    private static final int BYTES = 1024 * 1024;

    private FileCopy() {}

    /** Copies a file to a new name and syncs it. The name is durable after {@link Disk#syncNames}. */
    public static void copy(Disk from, String name, Disk to, String newName) throws IOException {
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

    /**
     * Returns true if a copy has every byte of a part of a file that is not zero. Returns false too if it does not
     * exist.
     */
    public static boolean holds(Disk disk, String copy, String name, long from, long to) {
        try (Disk.File source = disk.open(name);
                Disk.File target = disk.open(copy)) {
            ByteBuffer part = ByteBuffer.allocate(BYTES);
            ByteBuffer copied = ByteBuffer.allocate(BYTES);
            for (long at = from; at < to; at += BYTES) {
                int length = (int) Math.min(BYTES, to - at);
                if (source.read(part.clear().limit(length), at) < length
                        || target.read(copied.clear().limit(length), at) < length) {
                    return false;
                }
                for (int i = 0; i < length; i++) {
                    if (part.get(i) != 0 && part.get(i) != copied.get(i)) {
                        return false;
                    }
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
