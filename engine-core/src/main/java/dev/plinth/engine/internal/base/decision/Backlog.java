package dev.plinth.engine.internal.base.decision;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowIndex;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowSets;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import org.jspecify.annotations.Nullable;

/**
 * Work that decisions have begun and the sweep goes on with: one row for each piece of work, in the order in which it
 * began. The key of a row is the workspace and the subject of the work. The row begins with its list number, and is
 * deleted when the work is done.
 */
public final class Backlog {
    private static final double ROWS_PER_RESOURCE = 0.1;
    private static final int VERSION = 1;

    private final TableName<RowReader> table;
    private final SetKey all;

    /**
     * Makes an empty backlog.
     *
     * @param number the number of its table
     * @param name the subject of the work, in the plural, for messages and figures
     * @param setKind the kind of the set of its rows
     * @param rowBytes the average bytes of a row
     */
    public Backlog(int number, String name, int setKind, int rowBytes) {
        this.table = TableName.of(
                number,
                name,
                2 * Id.BYTES,
                rowBytes,
                ROWS_PER_RESOURCE,
                TableName.Owner.KEY,
                new RowIndex<>(Backlog::read, this::tell));
        this.all = SetKey.of(setKind, 0);
    }

    public TableName<?> table() {
        return table;
    }

    /**
     * Returns its table with rows that have no other number than their own, and after it the workspace and the subject.
     *
     * @param stage the stage of an import at which its rows are put
     * @param about the kind of the subject, which is in the file
     */
    public TransferredTable transferred(TransferredTable.Stage stage, IdKind about) {
        return TransferredTable.numbered(table, row -> RowReader.HEAD_BYTES, (key, row, ids) -> {
                    RowReader in = read(row).skip(Long.BYTES);
                    Id workspace = in.id(IdKind.WORKSPACE);
                    Id subject = in.id(about);
                    ids.workspace(workspace);
                    ids.key(workspace.keyOf(subject), key);
                    ids.belongsTo(subject);
                })
                .at(stage);
    }

    /** Returns true if a write begins work or continues it. */
    public boolean isContinuedBy(Changes.Write write) {
        return write.isIn(table) && write.row() != null;
    }

    /** Returns true if a write ends work. */
    public boolean isEndedBy(Changes.Write write) {
        return write.isIn(table) && write.row() == null;
    }

    /** Returns how many pieces of work are not done. */
    public long size(Rows rows) {
        return rows.size(all);
    }

    /** Returns true if the work with a list number is not done. */
    public boolean has(Rows rows, long number) {
        return rows.ceiling(all, number) == number;
    }

    /** Returns the work on a subject in a workspace, or null if there is none. */
    public @Nullable RowReader find(Rows rows, Id workspace, Id about) {
        return rows.find(table, workspace.keyOf(about));
    }

    /**
     * Returns the first work after a list number, or the very first if none is after it. Returns null if there is none.
     */
    public @Nullable RowReader next(Rows rows, long after) {
        long behind = rows.ceiling(all, after + 1);
        long number = behind == Rows.NONE ? rows.ceiling(all, 0) : behind;
        return rows.at(table, number);
    }

    /** Returns a writer of a row that has its list number. */
    public static RowWriter row(long number) {
        return new RowWriter(VERSION).number(number);
    }

    /** Returns a reader of a row, at its list number. */
    public static RowReader read(byte[] row) {
        return new RowReader(row, VERSION);
    }

    private void tell(byte[] key, RowReader row, RowSets sets) {
        long number = row.number();
        sets.place(number);
        sets.member(all, number);
    }
}
