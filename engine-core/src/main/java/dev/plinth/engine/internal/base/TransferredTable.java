package dev.plinth.engine.internal.base;

import java.util.function.ToLongFunction;

/**
 * A table whose rows move with their workspace into another store.
 *
 * @param table the table
 * @param stage the stage of an import at which its rows are put
 * @param number returns the list number of a row, or {@link Rows#NONE}
 * @param translator makes a row of the other store
 */
public record TransferredTable(
        TableName<?> table, Stage stage, ToLongFunction<byte[]> number, RowTranslator translator) {
    /** Makes a table whose rows have neither numbers nor secrets. */
    public static TransferredTable plain(TableName<?> table) {
        return new TransferredTable(table, Stage.IN_STEPS, row -> Rows.NONE, (key, row, other) -> row);
    }

    /** Makes a table whose rows have their number at a place that {@code at} finds, and no secret. */
    public static TransferredTable numbered(TableName<?> table, NumberPlace at) {
        return new TransferredTable(table, Stage.IN_STEPS, row -> Bytes.getLong(row, at.in(row)), (key, row, other) -> {
            byte[] translated = row.clone();
            Bytes.putLong(translated, at.in(row), other.number(Bytes.getLong(row, at.in(row))));
            return translated;
        });
    }

    /** Returns the same table at another stage. */
    public TransferredTable at(Stage other) {
        return new TransferredTable(table, other, number, translator);
    }

    /** Returns true if a row with this key is one of a workspace. */
    public boolean isOf(Id workspace, byte[] key, byte[] row) {
        return table.owner() == TableName.Owner.ROW
                ? row.length >= RowReader.HEAD_BYTES + Id.BYTES && workspace.isAt(row, RowReader.HEAD_BYTES)
                : workspace.isAt(key, 0);
    }

    /** The stages of an import. */
    public enum Stage {
        /** The rows are put in steps. Nothing shows them or acts on them before the last record. */
        IN_STEPS,

        /** The rows are in the last record: the workspace itself, and work of the sweep, which would begin at once. */
        IN_LAST_RECORD,

        /** A workspace with such rows is not exported until their work is done. */
        NEVER
    }

    /** Finds the list number in a row. */
    @FunctionalInterface
    public interface NumberPlace {
        /** Returns the offset of the number, in bytes. */
        int in(byte[] row);
    }

    /** Makes a row of the other store. */
    @FunctionalInterface
    public interface RowTranslator {
        /** Returns the translated row. The given one stays as it is. */
        byte[] translate(byte[] key, byte[] row, RowTranslation other);
    }
}
