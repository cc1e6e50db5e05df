package dev.plinth.engine.internal.base;

/**
 * Takes the memberships that a {@link RowIndex} derives. Adding a member that is there, or removing one that is not,
 * changes nothing.
 */
public interface Memberships {
    /** Adds a number to a set. */
    void add(SetKey set, long number);

    /** Removes a number from a set. Returns true if the set has no member left. */
    boolean remove(SetKey set, long number);

    /** Remembers the location of the row with a number. */
    void place(long number, TableName<?> table, byte[] key);

    /** Forgets the location of the row with a number. */
    void unplace(long number);
}
