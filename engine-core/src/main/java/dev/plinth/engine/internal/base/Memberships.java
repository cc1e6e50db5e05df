package dev.plinth.engine.internal.base;

/** Takes the memberships that an {@link Indexer} finds. Adding what is there, or removing what is not, changes nothing. */
public interface Memberships {
    /** Adds a number to a set. */
    void add(SetKey set, long number);

    /** Takes a number out of a set; true if the set has no member left. */
    boolean remove(SetKey set, long number);

    /** Remembers where the row of a number stands. */
    void place(long number, TableName table, byte[] key);

    /** Forgets where the row of a number stood. */
    void unplace(long number);
}
