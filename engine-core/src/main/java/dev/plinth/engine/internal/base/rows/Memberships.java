package dev.plinth.engine.internal.base.rows;

import org.jspecify.annotations.Nullable;

/**
 * Takes the memberships that a {@link RowIndex} derives. Adding a member that is there, or removing one that is not,
 * changes nothing. Not thread-safe.
 */
public abstract class Memberships {
    /** Used again for each row, because every created row passes here. */
    private RowIndex.@Nullable Entry entry;

    /** Makes a taker without memberships. */
    protected Memberships() {}

    /** Returns what enters a new row into its sets. */
    final RowIndex.Entry entry() {
        RowIndex.Entry known = entry;
        if (known == null) {
            known = new RowIndex.Entry(this);
            entry = known;
        }
        return known;
    }

    /** Learns that a row has taken the place of another one, whose id it has. Does nothing unless it is overridden. */
    public void taken(TableName<?> table) {}

    public abstract void add(SetKey set, long number);

    /** Removes a number from a set. Returns true if the set has no member left. */
    public abstract boolean remove(SetKey set, long number);

    /** Remembers the location of the row with a number. */
    public abstract void place(long number, TableName<?> table, byte[] key);

    /** Forgets the location of the row with a number. */
    public abstract void unplace(long number);
}
