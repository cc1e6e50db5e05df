package dev.plinth.engine.internal.base;

import org.jspecify.annotations.Nullable;

/**
 * Derives the sets of a row, so that applying a row updates them and undoing it restores them.
 *
 * <p>Pure: the sets follow from the rows alone, are never journaled and are rebuilt by applying.
 */
@FunctionalInterface
public interface Indexer {
    /** Derives no sets. */
    Indexer NONE = (table, key, before, after, sets) -> {};

    /**
     * Updates the memberships of a row that changes.
     *
     * @param table the table of the row
     * @param key the row's key
     * @param before the row before the change, or null
     * @param after the row after the change, or null
     * @param sets takes the memberships
     */
    void index(TableName<?> table, byte[] key, byte @Nullable [] before, byte @Nullable [] after, Memberships sets);

    /**
     * Takes the memberships that an {@link Indexer} derives. Adding a member that is there, or removing one that is not,
     * changes nothing.
     */
    interface Memberships {
        /** Adds a number to a set. */
        void add(SetKey set, long number);

        /** Removes a number from a set. Returns true if the set has no member left. */
        boolean remove(SetKey set, long number);

        /** Remembers the location of the row with a number. */
        void place(long number, TableName<?> table, byte[] key);

        /** Forgets the location of the row with a number. */
        void unplace(long number);
    }
}
