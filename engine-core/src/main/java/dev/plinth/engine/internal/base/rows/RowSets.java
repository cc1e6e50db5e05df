package dev.plinth.engine.internal.base.rows;

import org.jspecify.annotations.Nullable;

/** Takes the sets that a row is in, as its table declares them. Not thread-safe. */
public abstract class RowSets {
    /** Means "no such member". */
    public static final long NONE = -1;

    RowSets() {}

    /** Takes the list number by which the row is found. */
    public abstract void place(long number);

    /** Takes a set that a number of the row is in. */
    public final void member(SetKey set, long number) {
        member(set, number, null, 0);
    }

    /**
     * Takes a set that belongs to a group. The group is in the set of groups as long as its set has members.
     *
     * @param set the set of the group
     * @param groups the set of all such groups, or null if the set belongs to none
     * @param group the number of the group
     */
    public abstract void member(SetKey set, long number, @Nullable SetKey groups, long group);

    /** Tells the sets of one row. Pure: the same row is always in the same sets. */
    @FunctionalInterface
    public interface Source<R> {
        void tell(byte[] key, R row, RowSets sets);
    }
}
