package dev.plinth.engine.internal.base.rows;

import dev.plinth.engine.internal.base.ExpiryTime;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.settings.RetentionTimes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the store. An implementation remembers the highest sequence that it has shown, because an answer waits for
 * that.
 */
public interface Rows extends ExpiryTime {
    /** Means "no such member". */
    long NONE = RowSets.NONE;

    /** Returns the row under a key, or null. The row must not be changed. */
    byte @Nullable [] get(TableName<?> table, byte[] key);

    /** Returns the largest member of a set that is at most this number, or {@link #NONE}. */
    long floor(SetKey set, long number);

    /** Returns the smallest member of a set that is at least this number, or {@link #NONE}. */
    long ceiling(SetKey set, long number);

    /** Returns how many members a set has. */
    long size(SetKey set);

    /** Returns the largest member of some sets that is at most this number, or {@link #NONE}. */
    default long floor(List<SetKey> sets, long number) {
        long largest = NONE;
        for (SetKey set : sets) {
            largest = Math.max(largest, floor(set, number));
        }
        return largest;
    }

    /** Returns the smallest member of some sets that is at least this number, or {@link #NONE}. */
    default long ceiling(List<SetKey> sets, long number) {
        long smallest = NONE;
        for (SetKey set : sets) {
            long member = ceiling(set, number);
            if (smallest == NONE || member != NONE && member < smallest) {
                smallest = member;
            }
        }
        return smallest;
    }

    /** Returns how many members some sets have, of which no two have one in common. */
    default long size(List<SetKey> sets) {
        long size = 0;
        for (SetKey set : sets) {
            size += size(set);
        }
        return size;
    }

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

    /**
     * Returns the row under a key as its room reads it.
     *
     * @throws RefusedException with 404 if there is none
     */
    default <R> R require(TableName<R> table, byte[] key) {
        R row = find(table, key);
        if (row == null) {
            throw new RefusedException(Refusal.notFound());
        }
        return row;
    }

    /** Returns the row with a list number of this table as its room reads it, or null. No row has {@link #NONE}. */
    default <R> @Nullable R at(TableName<R> table, long number) {
        return number == NONE ? null : table.read(at(number));
    }

    /** Returns the row with a list number of this table with its key, or null. */
    default <R> @Nullable StoredRow<R> stored(TableName<R> table, long number) {
        byte[] row = at(number);
        byte[] key = keyAt(number);
        return row == null || key == null ? null : new StoredRow<>(table, key, row);
    }

    /** Returns the row of the smallest member of a set as its room reads it, or null if the set is empty. */
    default <R> @Nullable R first(TableName<R> table, SetKey set) {
        return at(table, ceiling(set, 0));
    }

    /** Returns the rows of a set in the order of their numbers. Each is looked up when the walk comes to it. */
    default <R> Iterable<StoredRow<R>> in(TableName<R> table, SetKey set) {
        return in(table, List.of(set));
    }

    /** Returns the rows of some sets in the order of their numbers. Each is looked up when the walk comes to it. */
    default <R> Iterable<StoredRow<R>> in(TableName<R> table, List<SetKey> sets) {
        return () -> new SetWalk<>(this, table, sets);
    }
}
