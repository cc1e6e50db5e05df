package dev.plinth.engine.internal.transfer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Names a row.
 *
 * @param table the number of its table
 * @param key its key, which must not change
 */
record RowKey(int table, byte[] key) {
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RowKey row && row.table == table && Arrays.equals(row.key, key);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(key) + table;
    }
}
