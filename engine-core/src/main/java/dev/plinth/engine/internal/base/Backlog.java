package dev.plinth.engine.internal.base;

import org.jspecify.annotations.Nullable;

/**
 * Work that decisions have begun and the sweep carries on, one row for each piece of work, in the order in which it began. A row stands
 * under a workspace and what the work is about, begins with its list number, and goes when the work is done.
 */
public final class Backlog {
    private static final double ROWS_PER_RESOURCE = 0.1;
    private static final int VERSION = 1;

    private final TableName table;
    private final SetKey all;

    /**
     * An empty backlog.
     *
     * @param number the number of its table
     * @param name what the work is about, in the plural, in messages and figures
     * @param setKind the kind of the set of its rows
     * @param rowBytes what a row takes
     */
    public Backlog(int number, String name, int setKind, int rowBytes) {
        this.table = new TableName(
                number, name, 2 * Id.BYTES, rowBytes, ROWS_PER_RESOURCE, TableName.Owner.KEY, this::index);
        this.all = SetKey.of(setKind, 0);
    }

    /** Its table. */
    public TableName table() {
        return table;
    }

    /** True if a write begins work, or brings it further. */
    public boolean isContinuedBy(Changes.Write write) {
        return write.isIn(table) && write.row() != null;
    }

    /** True if a write ends work. */
    public boolean isEndedBy(Changes.Write write) {
        return write.isIn(table) && write.row() == null;
    }

    /** How many pieces of work are not done. */
    public long size(Rows rows) {
        return rows.size(all);
    }

    /** The work about something in a workspace; null if there is none. */
    public @Nullable RowReader find(Rows rows, Id workspace, Id about) {
        byte[] row = rows.get(table, workspace.keyOf(about));
        return row == null ? null : read(row);
    }

    /** The first work behind a list number, in a circle; null if there is none. */
    public @Nullable RowReader next(Rows rows, long after) {
        long behind = rows.ceiling(all, after + 1);
        long number = behind == Rows.NONE ? rows.ceiling(all, 0) : behind;
        byte[] row = number == Rows.NONE ? null : rows.at(number);
        return row == null ? null : read(row);
    }

    /** A writer of a row that has its list number. */
    public static RowWriter row(long number) {
        return new RowWriter(VERSION).number(number);
    }

    private static RowReader read(byte[] row) {
        return new RowReader(row, VERSION);
    }

    private void index(byte[] key, byte @Nullable [] before, byte @Nullable [] after, Memberships sets) {
        long old = before == null ? Rows.NONE : read(before).number();
        long number = after == null ? Rows.NONE : read(after).number();
        if (old == number) {
            return;
        }
        if (old != Rows.NONE) {
            sets.remove(all, old);
            sets.unplace(old);
        }
        if (number != Rows.NONE) {
            sets.add(all, number);
            sets.place(number, table, key);
        }
    }
}
