package dev.plinth.engine.internal.base.rows;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Names a row. Two are equal if their tables have one number and their keys the same bytes.
 *
 * @param key the key of the row, which must not change
 */
public record RowKey(TableName<?> table, byte[] key) {
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RowKey row && row.table.number() == table.number() && Arrays.equals(row.key, key);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(key) + table.number();
    }
}
