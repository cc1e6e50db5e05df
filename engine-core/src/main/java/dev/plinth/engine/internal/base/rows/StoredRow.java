package dev.plinth.engine.internal.base.rows;

/**
 * A row that a walk over a set has found. Not thread-safe.
 *
 * @param table the table of the row
 * @param key the key, which must not be changed
 * @param bytes the row, which must not be changed
 */
public record StoredRow<R>(TableName<R> table, byte[] key, byte[] bytes) {
    /** Reads the row. */
    public R row() {
        return table.index().reader().apply(bytes);
    }
}
