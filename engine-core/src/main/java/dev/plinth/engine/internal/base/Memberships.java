package dev.plinth.engine.internal.base;

/**
 * Takes the memberships that a {@link RowIndex} derives. Adding a member that is there, or removing one that is not,
 * changes nothing. Not thread-safe.
 */
public abstract class Memberships {
    /** Used again for each row, because every created row passes here. */
    final RowIndex.Entry entry = new RowIndex.Entry(this);

    /** Makes a taker without memberships. */
    protected Memberships() {}

    /** Adds a number to a set. */
    public abstract void add(SetKey set, long number);

    /** Removes a number from a set. Returns true if the set has no member left. */
    public abstract boolean remove(SetKey set, long number);

    /** Remembers the location of the row with a number. */
    public abstract void place(long number, TableName<?> table, byte[] key);

    /** Forgets the location of the row with a number. */
    public abstract void unplace(long number);
}
