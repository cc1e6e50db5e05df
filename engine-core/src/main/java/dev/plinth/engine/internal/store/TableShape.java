package dev.plinth.engine.internal.store;

/**
 * What a table is made for, checked once, so that both kinds of table refuse the same keys with the same words.
 *
 * @param name the table's name in messages
 * @param keyBytes length of every key, {@value #MIN_KEY_BYTES} to {@value #MAX_KEY_BYTES}
 * @param expectedRows how many rows the table is laid out for, at least 1
 * @param averageRowBytes average length of a row, at least 1
 */
record TableShape(String name, int keyBytes, long expectedRows, int averageRowBytes) {
    /** Shortest key: one word, which is what the hash of a key reads at a time. */
    static final int MIN_KEY_BYTES = Long.BYTES;

    /** Longest key: two identifiers of 16 bytes and a number. */
    static final int MAX_KEY_BYTES = 40;

    TableShape {
        if (keyBytes < MIN_KEY_BYTES || keyBytes > MAX_KEY_BYTES) {
            throw new IllegalArgumentException("Expected keys of " + MIN_KEY_BYTES + " to " + MAX_KEY_BYTES
                    + " bytes in table " + name + ", but got " + keyBytes + ".");
        }
        if (expectedRows < 1 || averageRowBytes < 1) {
            throw new IllegalArgumentException("Expected at least one row of at least one byte in table " + name
                    + ", but got " + expectedRows + " rows of " + averageRowBytes + " bytes.");
        }
    }

    /** Throws if a key does not have this table's length. */
    void checkKey(byte[] key) {
        if (key.length != keyBytes) {
            throw wrongKey(key.length);
        }
    }

    private IllegalArgumentException wrongKey(int length) {
        return new IllegalArgumentException(
                "Expected a key of " + keyBytes + " bytes for table " + name + ", but got " + length + ".");
    }
}
