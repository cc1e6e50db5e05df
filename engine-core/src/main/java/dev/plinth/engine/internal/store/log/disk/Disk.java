package dev.plinth.engine.internal.store.log.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The directory of a store, as far as the store needs it. Tests use it to make writes fail, tear and vanish.
 *
 * <p>Nothing is durable before {@link File#sync}, and no name before {@link #syncNames}.
 */
public interface Disk extends AutoCloseable {
    /** The names of all files, in no particular order. */
    List<String> names() throws IOException;

    /** Makes an empty file that only the owner may read and write. It must not exist. */
    File create(String name) throws IOException;

    /** Makes a long file that one thread writes once, from its beginning to its end, and that is not read soon. */
    default File createStreamed(String name) throws IOException {
        return create(name);
    }

    /** Opens a file for reading and writing. */
    File open(String name) throws IOException;

    /** Opens a long file that one thread only reads, from its beginning to its end. */
    default File openStreamed(String name) throws IOException {
        return open(name);
    }

    /** Renames a file and replaces a file with the new name. */
    void rename(String from, String to) throws IOException;

    /** Renames a file. Throws an {@code IOException} and changes nothing if a file has the new name. */
    void renameNew(String from, String to) throws IOException;

    /** Deletes a file. */
    void delete(String name) throws IOException;

    /** Makes a directory inside this one for files that are put aside. It must not exist. */
    void makeDirectory(String name) throws IOException;

    /**
     * Makes a directory for files that are put aside, with this name or with a number after it.
     *
     * @return its name
     */
    default String makeNewDirectory(String name) throws IOException {
        List<String> there = names();
        String free = name;
        for (int i = 2; isTaken(free, there); i++) {
            free = name + "." + i;
        }
        makeDirectory(free);
        syncNames();
        return free;
    }

    private static boolean isTaken(String directory, List<String> there) {
        for (String name : there) {
            if (name.equals(directory) || name.startsWith(directory + "/")) {
                return true;
            }
        }
        return false;
    }

    /** Deletes a file that could not be finished, which on a full disk gives back the last room. */
    default void abandon(String name, Throwable why) {
        try {
            delete(name);
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    /** Makes creations, renames and deletions durable. */
    void syncNames() throws IOException;

    /**
     * Returns false once a later opening has taken over the directory, which may have read it before the next write.
     * Also returns false for files that are only read while an engine may have them open. While it returns true, every
     * later opening reads everything written so far. Takes less than a microsecond.
     */
    default boolean isOurs() {
        return true;
    }

    /** Returns the same, and also false if another lock file has replaced this opening's. Takes some microseconds. */
    default boolean isStillOurs() {
        return isOurs();
    }

    /**
     * Returns the name of a temporary file for this opening alone, because another opening may be writing such a file
     * too.
     */
    default String own(String name) {
        return name;
    }

    /** Returns the boot of the kernel whose page cache has the unsynced writes; empty if it is unknown. */
    default String boot() {
        return "";
    }

    @Override
    void close();

    /** An open file. Thread-safe, unless it is a stream. */
    interface File extends AutoCloseable {
        /** Its length in bytes. */
        long size() throws IOException;

        /** Fills the buffer from a position, as far as the file goes. Returns how many bytes it read. */
        int read(ByteBuffer target, long position) throws IOException;

        /** Writes the rest of the buffer at a position. */
        void write(ByteBuffer source, long position) throws IOException;

        /** Makes written data durable. */
        void sync() throws IOException;

        @Override
        void close() throws IOException;
    }
}
