package dev.plinth.engine.internal.store;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Byte rows under byte keys of one fixed length: a hash table that may live on or off the heap.
 *
 * <p>One writer at a time, any number of readers beside it; a reader sees a row whole, old or new. Arrays are neither copied on
 * the way in nor to be changed on the way out.
 */
interface Table extends AutoCloseable {
    /** The row under a key; null if there is none. */
    byte @Nullable [] get(byte[] key);

    /** Puts a row, or takes it out where the new one is null, and gives the one that stood there: one look-up instead of two. */
    byte @Nullable [] exchange(byte[] key, byte @Nullable [] row);

    /** Puts a row, replacing the one that stood there. */
    default void put(byte[] key, byte[] row) {
        exchange(key, row);
    }

    /** Takes a row out; nothing happens if there is none. */
    default void remove(byte[] key) {
        exchange(key, null);
    }

    /** How many rows there are. */
    long size();

    /** Bytes of all keys and rows, without the structure around them. */
    long bytes();

    /** Says how many rows an earlier process has left in it, and how many bytes. */
    void recount(long rows, long bytes);

    /**
     * Returns the rows that it takes. Asked before the journal is written, because after it a row that does not fit can only
     * poison.
     */
    long rowsMax();

    /** Returns the bytes of keys and rows that it takes, asked like {@link #rowsMax}. */
    long bytesMax();

    /** The longest row, in bytes, that {@link #put} takes; one byte more throws {@link IllegalStateException}. */
    int maxRowBytes();

    /** Shows every row in no particular order; the caller sees to it that nobody writes meanwhile. */
    void forEach(BiConsumer<byte[], byte[]> visitor);

    /** Takes all rows out. */
    void clear();

    /** Writes down what of a table in mapped files does not stand in the files. Counts are the caller's. */
    default void save(DataOutput out) throws IOException {}

    /** Goes on where {@link #save} was called, over the same files. */
    default void restore(DataInput in) throws IOException {}

    @Override
    void close();
}
