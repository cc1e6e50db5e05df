package dev.plinth.engine.internal.base;

import dev.plinth.engine.api.RetentionTimes;
import org.jspecify.annotations.Nullable;

/**
 * Reads the store. An implementation remembers the highest sequence that it has shown, because an answer waits for
 * that.
 */
public interface Rows {
    /** Means "no such member". */
    long NONE = -1;

    /** Returns the row under a key, or null. The row must not be changed. */
    byte @Nullable [] get(TableName<?> table, byte[] key);

    /** Returns the largest member of a set that is at most this number, or {@link #NONE}. */
    long floor(SetKey set, long number);

    /** Returns the smallest member of a set that is at least this number, or {@link #NONE}. */
    long ceiling(SetKey set, long number);

    /** Returns how many members a set has. */
    long size(SetKey set);

    /** Returns the row with a list number, or null. */
    byte @Nullable [] at(long number);

    /** Returns the key of the row with a list number, or null. */
    byte @Nullable [] keyAt(long number);

    /** Returns for how long rows are kept. */
    RetentionTimes retention();

    /** Returns the row under a key as its room reads it, or null. */
    default <R> @Nullable R find(TableName<R> table, byte[] key) {
        return table.read(get(table, key));
    }

    /** Returns the row with a list number of this table as its room reads it, or null. No row has {@link #NONE}. */
    default <R> @Nullable R at(TableName<R> table, long number) {
        return number == NONE ? null : table.read(at(number));
    }
}
