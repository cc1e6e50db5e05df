package dev.plinth.engine.log;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/**
 * The snapshots of a shared log. Each has all rows as of a position, so that the batches before it can go. A store keeps
 * the bytes as they are.
 *
 * <p>Thread-safe.
 */
public interface SnapshotStore {
    /**
     * Returns the positions of all complete snapshots, the highest first.
     *
     * @throws IOException if the store cannot tell
     */
    List<Long> positions() throws IOException;

    /**
     * Opens a snapshot. The caller reads it on one thread, and closes it. It stays readable after {@link #delete}. If the
     * store finds damage, reading throws {@link SnapshotDamageException}.
     *
     * @throws IOException if there is none at this position, or the store fails
     */
    InputStream open(long position) throws IOException;

    /**
     * Writes a snapshot, which is complete and durable on return. Until then no node sees any of it. A snapshot that is
     * already there at this position is replaced.
     *
     * @param position the last record that is completely in it, 1 or higher
     * @throws IOException if the content or the store fails; then nothing has changed
     */
    void write(long position, Content content) throws IOException;

    /**
     * Deletes a snapshot, if it is there.
     *
     * @throws IOException if the store fails
     */
    void delete(long position) throws IOException;

    /** Writes the bytes of a snapshot, once, from the beginning to the end. */
    @FunctionalInterface
    interface Content {
        /** Writes them; the caller closes the stream. */
        void writeTo(OutputStream out) throws IOException;
    }
}
