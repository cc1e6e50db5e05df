package dev.plinth.engine.internal.store.memory;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Byte rows under byte keys of one fixed length: a hash table on or off the heap.
 *
 * <p>One writer at a time, any number of readers beside it; a reader sees a whole row, old or new. Arrays are not
 * copied, and returned arrays must not be changed.
 */
interface Table extends AutoCloseable {
    /** Returns the row under a key, or null. */
    byte @Nullable [] get(byte[] key);

    /**
     * Puts a row, or removes it if the new one is null. Returns the row that was there, which saves a second look-up.
     */
    byte @Nullable [] exchange(byte[] key, byte @Nullable [] row);

    /** Puts a row, and replaces the one that was there. */
    default void put(byte[] key, byte[] row) {
        exchange(key, row);
    }

    /** Removes a row. Does nothing if there is none. */
    default void remove(byte[] key) {
        exchange(key, null);
    }

    /**
     * Begins to restore the rows of a record that is taken back, until {@link #endRecord}. They may use memory that is
     * reserved for this.
     */
    default void beginTakeBack() {}

    /** Ends a record, or its restoration. Memory that was kept for a restoration may go then. */
    default void endRecord() {}

    /** Returns the count of its rows and bytes. */
    RowCount count();

    /** Returns how many rows there are. */
    default long size() {
        return count().rows();
    }

    /** Returns the bytes of all keys and rows, without the structure around them. */
    default long bytes() {
        return count().bytes();
    }

    /** Returns the bytes of its memory, with everything around and between the rows, or 0 if it does not count them. */
    default long memoryBytes() {
        return 0;
    }

    /** Sets the number of rows and bytes that an earlier process has left. */
    default void recount(long rows, long bytes) {
        count().set(rows, bytes);
    }

    /**
     * Returns the most rows. Asked before the journal is written, because a row that does not fit could later only
     * break the table.
     */
    long rowsMax();

    /** Returns the most bytes of keys and rows, asked like {@link #rowsMax}. */
    long bytesMax();

    /**
     * Returns the longest row, in bytes, that {@link #put} accepts. A longer one throws {@link IllegalStateException}.
     */
    int maxRowBytes();

    /** Visits every row in no particular order. The caller makes sure that there is no writer meanwhile. */
    void forEach(BiConsumer<byte[], byte[]> visitor);

    /** Removes all rows. */
    void clear();

    /** Saves the part of a table in mapped files that is not in the files. The caller saves the counts. */
    default void save(DataOutput out) throws IOException {}

    /** Restores what {@link #save} wrote, over the same files. */
    default void restore(DataInput in) throws IOException {}

    @Override
    void close();
}
