package dev.plinth.engine.internal.store.log.upgrade;

import dev.plinth.engine.internal.base.rows.TableName;
import org.jspecify.annotations.Nullable;

/** Turns a row of an older format into one of this release. For one thread. */
@FunctionalInterface
public interface RowConversion {
    /** Leaves each row as it is. */
    RowConversion NONE = (table, key, row) -> row;

    /**
     * Converts a row.
     *
     * @return null if nothing refers to the row any more, or if a later record writes it again
     */
    byte @Nullable [] convert(TableName<?> table, byte[] key, byte[] row);
}
