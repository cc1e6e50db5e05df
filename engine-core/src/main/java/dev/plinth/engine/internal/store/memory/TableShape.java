package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.base.Limits;

/**
 * The dimensions of a table, checked once, so that all kinds of tables refuse the same keys with the same text.
 *
 * @param name the table's name in messages
 * @param keyBytes length of every key, {@value #MIN_KEY_BYTES} to {@value #MAX_KEY_BYTES}
 * @param expectedRows how many rows the table is laid out for, at least 1
 * @param averageRowBytes average length of a row, at least 1
 */
record TableShape(String name, int keyBytes, long expectedRows, int averageRowBytes) {
    /** The shortest key: one word, which the hash of a key reads at a time. */
    static final int MIN_KEY_BYTES = Long.BYTES;

    /** The longest key: two identifiers of 16 bytes and a number. */
    static final int MAX_KEY_BYTES = 40;

    /** The least rows. With fewer, a segment of a table off the heap would have too few chunks for an entry of 64. */
    private static final int ROWS_MIN = 1024;

    TableShape {
        if (keyBytes < MIN_KEY_BYTES || keyBytes > MAX_KEY_BYTES) {
            throw new IllegalArgumentException("Keys of table " + name + " must have " + MIN_KEY_BYTES + " to "
                    + MAX_KEY_BYTES + " bytes, got " + keyBytes + ".");
        }
        if (expectedRows < 1 || averageRowBytes < 1) {
            throw new IllegalArgumentException("Table " + name + " must have one row or more of one byte or more, got "
                    + expectedRows + " rows of " + averageRowBytes + " bytes.");
        }
    }

    /** Returns the most rows of the table. */
    long rowsMax() {
        return Math.max(ROWS_MIN, expectedRows);
    }

    /** Returns the most bytes of keys and rows of the table. */
    long bytesMax() {
        return Math.max(rowsMax() * (keyBytes + averageRowBytes), 2L * Limits.ROW_BYTES_MAX);
    }

    /** Throws if a key does not have this table's length. */
    void checkKey(byte[] key) {
        if (key.length != keyBytes) {
            throw wrongKey(key.length);
        }
    }

    private IllegalArgumentException wrongKey(int length) {
        return new IllegalArgumentException(
                "A key of table " + name + " must have " + keyBytes + " bytes, got " + length + ".");
    }
}
